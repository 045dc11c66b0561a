/** The words of the view Breaking it on purpose. They are loaded with it: the first paint has no room for them. */
import { language } from '../preferences.ts';
import type { Length } from './breaking-model.ts';
import type { Fault } from './faults.ts';
import type { Invariant } from './invariants.ts';

interface FaultWords {
  name: string;
  breaks: string;
  must: string;
}

interface BreakStrings {
  title: string;
  about: string;
  back: string;
  start: {
    title: string;
    length: string;
    lengths: Record<Length, string>;
    go: string;
    generating(percent: string): string;
  };
  task: string;
  none: string;
  elsewhere: string;
  faults: { title: string; each: Record<Fault, FaultWords>; notNow: string };
  made: {
    title: string;
    none: string;
    waiting: string;
    wentOn(time: string, event: number): string;
    inAttempt(attempt: number): string;
  };
  invariants: {
    title: string;
    about: string;
    each: Record<Invariant, string>;
    holds: string;
    broken: string;
    client: string;
    wire: string;
    events(events: number, last: number): string;
    completes(times: number): string;
    compared(times: number): string;
    detail: string;
  };
  verdict: { right: string; wrong: string; ended(status: string): string };
  survived: { title: string; total(times: number): string; each(name: string, times: number): string };
}

const number = (value: number) => value.toLocaleString('en');
const times = (value: number) => (value === 1 ? 'once' : `${number(value)} times`);

const en: BreakStrings = {
  title: 'Break it on purpose',
  about:
    'Start a long task, then break what carries it. Every fault is real: threads end, streams break, handles are closed. What must hold is checked here, in this page, over what it has received.',
  back: 'System',
  start: {
    title: 'A task to break',
    length: 'How long',
    lengths: { short: 'a few seconds', middle: 'about ten seconds', long: 'a minute and more' },
    go: 'Start a checksum',
    generating: (percent) => `Making 64 MiB of noise, ${percent}…`,
  },
  task: 'Open the task',
  none: 'Nothing runs yet.',
  elsewhere: 'Another tab runs it: what breaks here does not touch it. Close the other tab, and it comes here.',
  faults: {
    title: 'Faults',
    notNow: 'It needs a task that runs in this tab.',
    each: {
      job: {
        name: 'Terminate the job’s worker',
        breaks: 'The thread that computes ends at once, and nobody is told.',
        must: 'The executor learns it from a lock that is free again, and another attempt begins at the last checkpoint.',
      },
      executor: {
        name: 'Kill this tab’s executor',
        breaks: 'The thread that claims, writes and holds the leases ends, and its job with it.',
        must: 'Its leases are free at once; this tab’s next executor, or another tab, adopts the task.',
      },
      thread: {
        name: 'Block the executor for 5 s',
        breaks:
          'A page cannot freeze a tab. This is what a frozen one is like: the executor’s thread does nothing, and holds every lease.',
        must: 'Nobody steals the task. The job waits with what it has to say, and goes on in the same attempt.',
      },
      streams: {
        name: 'Cut all streams',
        breaks: 'Every open stream of the service worker breaks in the middle of its body, in every tab.',
        must: 'The client comes back with the last id that it has. The work does not notice.',
      },
      database: {
        name: 'Drop the database handles',
        breaks:
          'The IndexedDB handles of the service worker and of this tab’s executor are closed under them, as some browsers do.',
        must: 'The next use opens it again. No write is lost, none is made twice.',
      },
      reload: {
        name: 'Reload in the middle',
        breaks: 'This page goes, with all its threads.',
        must: 'The page comes back to this experiment. The stream goes on after the last id, the task from its checkpoint.',
      },
    },
  },
  made: {
    title: 'What you broke',
    none: 'Nothing yet.',
    waiting: 'not gone on yet…',
    wentOn: (time, event) => `went on after ${time}, with event ${number(event)}`,
    inAttempt: (attempt) => `attempt ${attempt}`,
  },
  invariants: {
    title: 'What must hold',
    about:
      'Two readers, checked apart: the client that apps use, and the raw stream, read by hand. Three losses in a row without a new checkpoint end a task as crashed: that is promised too.',
    each: {
      missed: 'No id is missed',
      doubled: 'None comes twice',
      complete: '“complete” comes once, at the end',
      fold: 'The task is the fold of its events',
      progress: 'Progress never goes back within an attempt',
    },
    holds: 'holds',
    broken: 'broken',
    client: 'Client',
    wire: 'Raw stream',
    events: (events, last) =>
      events === 0 ? 'nothing yet' : `${number(events)} ${events === 1 ? 'event' : 'events'} up to ${number(last)}`,
    completes: (count) => (count === 0 ? 'not yet' : times(count)),
    compared: (count) => `compared ${times(count)}`,
    detail: 'What did not hold',
  },
  verdict: {
    right: 'The digests are right: WebCrypto has the same for the file.',
    wrong: 'The digests are wrong.',
    ended: (status) => `The task ended as ${status}.`,
  },
  survived: {
    title: 'Survived in this browser',
    total: (count) => `${number(count)} ${count === 1 ? 'fault' : 'faults'}`,
    each: (name, count) => `${name}: ${number(count)}`,
  },
};

const zhNumber = (value: number) => value.toLocaleString('zh');

const zh: BreakStrings = {
  title: '故意弄坏它',
  about:
    '启动一个长任务,再弄坏承载它的东西。每个故障都是真的:线程结束、流断开、句柄关闭。必须成立的条件由本页根据收到的内容来检查。',
  back: '系统',
  start: {
    title: '用来弄坏的任务',
    length: '多长',
    lengths: { short: '几秒', middle: '大约十秒', long: '一分钟以上' },
    go: '开始计算校验和',
    generating: (percent) => `正在生成 64 MiB 噪声,${percent}…`,
  },
  task: '打开任务',
  none: '还没有任务在运行。',
  elsewhere: '另一个标签页在运行它:这里弄坏的东西影响不到它。关掉那个标签页,它就会到这里来。',
  faults: {
    title: '故障',
    notNow: '需要一个在本标签页运行的任务。',
    each: {
      job: {
        name: '终止作业的 worker',
        breaks: '计算的线程立即结束,没有人被告知。',
        must: '执行器从重新空闲的锁得知,从上一个检查点开始新的尝试。',
      },
      executor: {
        name: '杀掉本标签页的执行器',
        breaks: '负责领取、写入和持有租约的线程结束,作业也随之结束。',
        must: '租约立即释放;本标签页的下一个执行器或另一个标签页接手任务。',
      },
      thread: {
        name: '让执行器停顿 5 秒',
        breaks: '页面不能冻结标签页。这等于冻结时的情形:执行器的线程什么都不做,并持有所有租约。',
        must: '没有人抢走任务。作业带着要说的话等待,在同一次尝试里继续。',
      },
      streams: {
        name: '切断所有流',
        breaks: 'Service worker 的每个打开的流都在中途断开,所有标签页都是。',
        must: '客户端带着最后的编号回来。工作不受影响。',
      },
      database: {
        name: '丢掉数据库句柄',
        breaks: 'Service worker 和本标签页执行器的 IndexedDB 句柄在使用中被关闭,有的浏览器会这样。',
        must: '下次使用时重新打开。没有丢失的写入,也没有重复的写入。',
      },
      reload: {
        name: '中途刷新',
        breaks: '本页连同它的所有线程消失。',
        must: '页面回到这个实验。流从最后的编号之后继续,任务从检查点继续。',
      },
    },
  },
  made: {
    title: '你弄坏的',
    none: '还没有。',
    waiting: '还没有继续…',
    wentOn: (time, event) => `${time}后继续,事件 ${zhNumber(event)}`,
    inAttempt: (attempt) => `第 ${attempt} 次尝试`,
  },
  invariants: {
    title: '必须成立的',
    about:
      '两个读者分别检查:应用所用的客户端,和手工读取的原始流。连续三次丢失而没有新的检查点,任务会以崩溃结束:这也是承诺的。',
    each: {
      missed: '没有漏掉编号',
      doubled: '没有重复编号',
      complete: '“complete”只在结尾来一次',
      fold: '任务等于其事件的折叠',
      progress: '同一次尝试中进度不倒退',
    },
    holds: '成立',
    broken: '不成立',
    client: '客户端',
    wire: '原始流',
    events: (events, last) => (events === 0 ? '还没有' : `${zhNumber(events)} 个事件,到 ${zhNumber(last)}`),
    completes: (count) => (count === 0 ? '还没有' : `${zhNumber(count)} 次`),
    compared: (count) => `比较了 ${zhNumber(count)} 次`,
    detail: '不成立的地方',
  },
  verdict: {
    right: '校验和正确:WebCrypto 对该文件得到相同的值。',
    wrong: '校验和不正确。',
    ended: (status) => `任务的结局:${status}。`,
  },
  survived: {
    title: '在这个浏览器里挺过的',
    total: (count) => `${zhNumber(count)} 个故障`,
    each: (name, count) => `${name}:${zhNumber(count)}`,
  },
};

/** Read when they are shown, never kept. */
export const breakStrings = (): BreakStrings => (language.value === 'zh' ? zh : en);
