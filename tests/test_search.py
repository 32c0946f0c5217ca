"""The note searched by words, as people would put them."""

from __future__ import annotations

import pytest

from mpspec.claims import LANGUAGES, read_note
from mpspec.questions import read_questions
from mpspec.search import Hit, language_of, search

WITHIN = 3
"""So many finds a person reads before they ask in other words."""

ASKED = [
    ("which default do I get", "forkserver-is-the-default-on-linux-from-python-3-14-on"),
    ("does my lambda start", "a-lambda-or-a-local-function-cannot-be-a-target"),
    (
        "AttributeError: Can't pickle local object",
        "a-lambda-or-a-local-function-cannot-be-a-target",
    ),
    ("child process does not see my global variable", "a-fresh-child-imports-its-modules-anew"),
    ("mock.patch has no effect in subprocess", "a-patch-in-the-parent-reaches-the-child"),
    ("my logging set-up is gone in the workers", "a-fresh-child-imports-its-modules-anew"),
    (
        "same random numbers in every process",
        "a-random-of-your-own-gives-every-child-the-same-numbers",
    ),
    (
        "RuntimeError bootstrapping phase freeze_support",
        "code-that-starts-processes-must-be-guarded-by-main",
    ),
    ("what if there is no main guard", "code-that-starts-processes-must-be-guarded-by-main"),
    ("program hangs at join with a queue", "joining-a-producer-before-its-item-is-read-deadlocks"),
    (
        "Pool hangs because worker died (OOM killed)",
        "a-task-whose-worker-is-killed-is-lost-and-its-get-blocks",
    ),
    (
        "atexit not called in child process",
        "a-forked-child-skips-its-atexit-handlers-up-to-python-3-12",
    ),
    (
        "SemLock created in a fork context shared with spawn",
        "a-lock-of-the-fork-context-cannot-be-given-to-a-fresh-child",
    ),
    ("fork with threads deadlock", "a-lock-that-another-thread-holds-stays-held-in-a-forked-child"),
    ("daemonic processes are not allowed to have children", "a-daemon-may-have-no-children"),
    (
        "do children die when the parent is killed?",
        "a-parent-ended-by-sigkill-leaves-its-children-running",
    ),
    ("lock still held after process was killed", "a-lock-held-by-a-killed-process-stays-held"),
    ("queue.empty() returns True although I put something", "empty-can-say-true-right-after-put"),
    (
        "recv never raises EOFError",
        "there-is-no-eoferror-while-any-process-holds-the-other-end-open",
    ),
    ("works in the shell but not under pytest", "a-patch-in-the-parent-reaches-the-child"),
    ("coverage of multiprocessing children is missing", "a-terminated-child-runs-no-cleanup"),
    ("debugger breakpoint in child", "a-child-does-not-read-its-parents-standard-input"),
    (
        "list is empty after the processes appended to it",
        "a-list-filled-by-children-stays-empty-in-the-parent",
    ),
    ("how to return a value from a process", "join-tells-the-parent-only-that-the-child-has-ended"),
    ("pass multiple arguments to pool.map", "starmap-unpacks-each-item-into-arguments"),
    ("apply_async silently does nothing", "an-error-that-nobody-asks-for-is-never-seen"),
    ("multiprocessing pool slower than for loop", "map-hands-out-its-items-in-chunks"),
    ("can't pickle _io.TextIOWrapper", "passing-an-open-file-handle-fails"),
    ("keyboardinterrupt ctrl+c pool", "ctrl-c-reaches-the-parent-and-its-children"),
    ("exitcode -9", "kill-ends-a-child-by-sigkill"),
    ("FileNotFoundError SemLock", "a-fresh-child-cannot-find-a-lock-that-its-parent-dropped"),
    ("signal handler ignored by child", "a-fresh-child-begins-with-the-default-signal-handlers"),
    ("context has already been set", "set-start-method-can-be-called-only-once"),
    ("script runs again in every child", "each-fresh-child-runs-the-main-module-again"),
    (
        "pyinstaller exe opens itself many times",
        "in-a-frozen-program-freeze-support-does-the-childs-work",
    ),
    ("Value += 1 gives the wrong count", "without-its-lock-an-increment-of-a-value-is-lost"),
    ("manager dict nested update not saved", "a-change-within-a-stored-object-is-lost"),
    ("share numpy array between processes", "a-block-of-shared-memory-is-found-by-its-name"),
    ("resource_tracker leaked", "what-a-program-forgets-to-unlink-is-removed-with-a-warning"),
    (
        "manager ConnectionRefusedError after function returned",
        "a-proxy-is-of-no-use-after-its-manager-has-ended",
    ),
    ("默认的启动方式是哪种", "forkserver-is-the-default-on-linux-from-python-3-14-on"),
    ("lambda 能启动吗", "a-lambda-or-a-local-function-cannot-be-a-target"),
    ("子进程看不到全局变量", "a-fresh-child-imports-its-modules-anew"),
    ("mock 在子进程里没有效果", "a-patch-in-the-parent-reaches-the-child"),
    ("子进程的日志不见了", "a-fresh-child-imports-its-modules-anew"),
    ("每个进程的随机数都相同", "a-random-of-your-own-gives-every-child-the-same-numbers"),
    (
        "没有写 if __name__ == '__main__' 会怎样",
        "code-that-starts-processes-must-be-guarded-by-main",
    ),
    ("join 卡死 队列", "joining-a-producer-before-its-item-is-read-deadlocks"),
    ("工作进程被杀之后进程池卡住", "a-task-whose-worker-is-killed-is-lost-and-its-get-blocks"),
    ("atexit 在子进程里不执行", "a-forked-child-skips-its-atexit-handlers-up-to-python-3-12"),
    ("fork 的锁传给 spawn 的进程", "a-lock-of-the-fork-context-cannot-be-given-to-a-fresh-child"),
    ("多线程程序里 fork 安全吗", "a-lock-that-another-thread-holds-stays-held-in-a-forked-child"),
    ("守护进程不能有子进程", "a-daemon-may-have-no-children"),
    ("父进程死了子进程还在吗", "a-parent-ended-by-sigkill-leaves-its-children-running"),
    ("进程被杀死后锁没有释放", "a-lock-held-by-a-killed-process-stays-held"),
    ("put 之后 empty 返回 True", "empty-can-say-true-right-after-put"),
    (
        "管道关闭了却没有 EOFError",
        "there-is-no-eoferror-while-any-process-holds-the-other-end-open",
    ),
    ("为什么在 pytest 里结果不一样", "a-patch-in-the-parent-reaches-the-child"),
    ("调试器断点在子进程里无效", "a-child-does-not-read-its-parents-standard-input"),
    ("列表在父进程里是空的", "a-list-filled-by-children-stays-empty-in-the-parent"),
    ("怎么拿到进程的返回值", "join-tells-the-parent-only-that-the-child-has-ended"),
    ("进程池 map 多个参数", "starmap-unpacks-each-item-into-arguments"),
    ("多进程比单进程还慢", "map-hands-out-its-items-in-chunks"),
    ("僵尸进程怎么来的", "an-ended-child-stays-a-zombie-until-it-is-joined"),
    ("信号处理函数在子进程里没用", "a-fresh-child-begins-with-the-default-signal-handlers"),
    ("context has already been set 怎么办", "set-start-method-can-be-called-only-once"),
    ("打包成 exe 之后不断启动自己", "in-a-frozen-program-freeze-support-does-the-childs-work"),
    ("Value 自增丢失", "without-its-lock-an-increment-of-a-value-is-lost"),
    ("Manager 字典嵌套修改不生效", "a-change-within-a-stored-object-is-lost"),
    ("多进程共享 numpy 数组", "a-block-of-shared-memory-is-found-by-its-name"),
    ("共享内存泄漏警告", "what-a-program-forgets-to-unlink-is-removed-with-a-warning"),
    ("脚本顶层代码重复执行", "each-fresh-child-runs-the-main-module-again"),
]


NOTE = {language: read_note(language) for language in LANGUAGES}
PAGES = {language: read_questions(language) for language in LANGUAGES}


def found(words: str) -> list[Hit]:
    """Return what the note says to `words`, in the language of these."""
    language = language_of(words)
    return list(search(words, NOTE[language], PAGES[language]))


@pytest.mark.parametrize(("words", "claim"), ASKED, ids=[words for words, _ in ASKED])
def test_a_question_finds_its_claim_among_the_first(words: str, claim: str) -> None:
    first = found(words)[:WITHIN]
    assert claim in [each.id for hit in first for each in hit.claims], [
        hit.question.title if hit.question else hit.claims[0].title for hit in first
    ]
