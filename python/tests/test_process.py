"""Threads, forks, Ctrl-C, memory and files."""
import gc
import multiprocessing
import os
import pathlib
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import sampled
import varve


def table(rows):
    return "id,x,y\n" + "".join(f"{i},{i % 97},{i * 7}\n" for i in range(rows))


def test_threads_share_a_repository_and_a_table(repo, commit):
    commit("t.csv", table(20000))
    t = repo["HEAD:t.csv"]
    rows = list(t)

    def work(n):
        assert list(t) == rows
        assert repo["v1:prices.csv"].row(n % 4 + 1)["id"] == str(n % 4 + 1)
        assert len(list(repo.log())) == 3
        assert t.row(n)["y"] == str(n * 7)
        return list(repo.diff("prices.csv", "v1", "HEAD").cells)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(32)))
    assert all(r == results[0] for r in results)


def test_one_cursor_in_many_threads_gives_each_row_once(repo, commit):
    from varve import _varve

    commit("t.csv", table(50000))
    cursor = repo["t.csv"]._rows()
    found, lock = [], threading.Lock()

    def work():
        while batch := _varve.next(cursor):
            with lock:
                found.extend(batch)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(int(row[0]) for row in found) == list(range(50000))


def test_others_run_while_a_call_works(repo, folder):
    (folder / "big.csv").write_text(table(1000000))
    ticks, done = [], threading.Event()

    def tick():
        while not done.wait(0.001):
            ticks.append(time.monotonic())

    other = threading.Thread(target=tick)
    other.start()
    before = len(ticks)
    repo["big.csv"]
    during = len(ticks) - before
    done.set()
    other.join()
    assert during > 3


def test_after_a_fork_the_child_opens_anew(repo, folder):
    t = repo["v1:prices.csv"]
    rows = iter(t)
    next(rows)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            for use in (lambda: repo["prices.csv"], lambda: list(t), lambda: t.row(1), repo.close):
                try:
                    use()
                except varve.UsageError:
                    continue
                os._exit(2)
            with varve.Repo(folder) as r:
                code = 0 if len(list(r["v1:prices.csv"])) == 4 else 3
            del t, rows
            gc.collect()
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert len(list(rows)) == 3
    assert len(list(t)) == 4


@pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")
def test_rows_do_not_end_where_a_machine_is_slow(repo, commit, folder):
    """Each look at the clock is 50 ms after the one before."""
    commit("many.csv", "id,n\n" + "".join(f"{i},{i * 7}\n" for i in range(300)), ["id"])
    code = "import varve; t = varve.Repo('.')['HEAD:many.csv']; print(len(list(t)), t.row(70)['n'], len(list(t.select(['n'], 'n > 700'))))"
    done = subprocess.run(["faketime", "-f", "+0d i0.05", sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.stdout.split() == ["300", "490", "199"], done.stderr


@pytest.mark.parametrize("work", ["open", "check"])
def test_ctrl_c_ends_a_long_call(repo, folder, work):
    (folder / "big.csv").write_text(table(1500000))
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    before = time.monotonic()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        repo["big.csv"] if work == "open" else repo.check("big.csv")
        time.sleep(60)
    assert time.monotonic() - before < 10
    assert len(list(repo["prices.csv"])) == 4


@pytest.mark.parametrize("what", ["to_arrow", "to_pandas", "to_polars", "where", "alarm"])
def test_ctrl_c_ends_a_stream_that_another_library_reads(repo, folder, what):
    pytest.importorskip("pyarrow")
    pytest.importorskip("polars")
    (folder / "big.csv").write_text(table(1500000))
    t = repo["big.csv"]
    if what == "where":
        t = t.select(where="text(x) like '%9_'")
    read = getattr(t, what if what.startswith("to_") else "to_arrow")
    read()  # imports what it needs
    begun = time.monotonic()
    read()
    whole = time.monotonic() - begun

    def late(number, frame):
        raise TimeoutError("too late") if what == "alarm" else KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, late), signal.signal(signal.SIGINT, late)
    ended = 0
    try:
        for attempt in range(60):  # a busy machine ends few of them in time
            timer = threading.Timer(whole * (attempt % 15 + 1) / 24, os.kill, (os.getpid(), signal.SIGALRM if what == "alarm" else signal.SIGINT))
            with pytest.raises(TimeoutError if what == "alarm" else KeyboardInterrupt):
                timer.start()
                read()
                time.sleep(60)  # it came too late
            try:
                t.misfits
            except varve.Error:  # the stream itself had ended
                ended += 1
                break
    finally:
        signal.signal(signal.SIGALRM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert ended and t.select(["id"]).to_arrow().num_rows > 0


def test_a_report_is_pickled_with_its_findings(repo, folder):
    (folder / "prices.csv").write_text("id,item\n1,a\n1,b\n")
    report = repo.check()
    again = pickle.loads(pickle.dumps(report))
    assert (again.valid, again.errors, again.warnings, again.findings) == (report.valid, report.errors, report.warnings, report.findings)
    assert bool(again) == bool(report) and repr(again) == repr(report)
    with pytest.raises(varve.UsageError, match="pickled"):
        again.render()


def first_cells(view):
    return [row[0] for row in view]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_take_repositories_tables_and_views(repo, folder, method):
    t = repo["v1:prices.csv"]
    given = [t, t.select(["item", "id"], "price > :p", {"p": 100}), repo["prices.csv"], repo[":prices.csv"], repo[t.cid]]
    with multiprocessing.get_context(method).Pool(2) as pool:
        found = pool.map(first_cells, given)
    assert found == [["1", "2", "3", "4"], ["plum", "a, b"], ["1", "3", "4", "5"], ["1", "3", "4", "5"], ["1", "2", "3", "4"]]
    again = pickle.loads(pickle.dumps(t))
    assert (again.commit_id, again.path, again.cid) == (t.commit_id, t.path, t.cid)
    assert pickle.loads(pickle.dumps(repo)).branches == repo.branches


def rss():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_many_openings_leave_neither_memory_nor_files(repo, folder):
    def once():
        with varve.Repo(folder) as r:
            t = r["v1:prices.csv"]
            list(t)
            t.__arrow_c_stream__()
            t.__arrow_c_schema__()
            list(r.log())
            list(r.diff("prices.csv", "v1", "HEAD").cells)
            try:
                r["nosuch.csv"]
            except varve.NotFoundError:
                pass

    def some(count):
        for _ in range(count):
            once()
        gc.collect()
        return rss()

    some(100)
    files = len(os.listdir("/proc/self/fd"))
    first = some(100)
    count = 1000 if sampled.ALL else 250
    last = some(count)
    assert last - first < count << 12
    assert len(os.listdir("/proc/self/fd")) == files


def test_references_are_balanced(repo):
    t = repo["v1:prices.csv"]
    handle = t._handle
    before = sys.getrefcount(handle)
    for _ in range(50):
        list(t)
        t.row(1)
        list(t.select(["id"], "id > 1"))
        t.__arrow_c_stream__()
        with pytest.raises(varve.NotFoundError):
            t.select(["nosuch"])
    gc.collect()
    assert sys.getrefcount(handle) == before
    none = sys.getrefcount(None)
    for _ in range(2000):
        list(repo.diff("prices.csv", "v1", "HEAD").cells)
    # One lost in each round would be 2,000. None is immortal from 3.12 on.
    assert abs(sys.getrefcount(None) - none) < 1000


def test_nothing_is_printed(repo, folder):
    code = "import varve, sys; r = varve.Repo(sys.argv[1]); list(r['prices.csv']); r.check(); r['nosuch'] if 0 else None"
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_two_copies_of_the_library_in_one_process(folder, tmp_path_factory):
    library = pathlib.Path(os.environ["VARVE_BIN"]).parent / "lib" / "libvarve.so"
    other = tmp_path_factory.mktemp("other") / "libvarve-other.so"
    shutil.copyfile(library, other)
    script = pathlib.Path(__file__).with_name("two_copies.py")
    done = subprocess.run([sys.executable, script, other, folder], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", "")


def test_long_calls_say_how_far_they_are(repo, commit, folder, tmp_path_factory):
    commit("t.csv", table(100000))
    said = []
    with varve.progress(lambda *how_far: said.append(how_far)):
        repo.write("t.csv", repo["t.csv"], message="again")
        varve.clone(str(folder), tmp_path_factory.mktemp("clone") / "c")
    told = len(said)
    assert told > 2 and all(what and 0 <= done and (total == 0 or done <= total) for what, done, total in said)
    assert len({what for what, _, _ in said}) > 1
    repo.check("t.csv")
    assert len(said) == told


def test_an_exception_of_the_progress_function_ends_the_call_and_changes_nothing(repo, commit):
    commit("t.csv", table(100000))
    before = repo.rev_parse("HEAD")

    def stop(what, done, total):
        raise TimeoutError(what)

    with varve.progress(stop), pytest.raises(TimeoutError):
        repo.put("t.csv", table(100001).encode(), message="more")
    assert repo.rev_parse("HEAD") == before
    assert repo.put("t.csv", table(100001).encode(), message="more")


def test_progress_within_progress_is_that_of_the_inner_block(repo, commit):
    commit("t.csv", table(50000))
    outer, inner = [], []
    with varve.progress(lambda *how_far: outer.append(how_far)):
        with varve.progress(lambda *how_far: inner.append(how_far)):
            list(repo["t.csv"])
        assert inner and not outer
        list(repo["t.csv"])
    assert outer
