"""two_copies.py LIBRARY FOLDER: the package and another copy of libvarve work in one process, in the same repository.

The copy is called by ctypes, as a program in another language would call it."""
import ctypes
import sys
import threading

import varve

ROUNDS = 30


class Copy:
    """A few functions of LIBRARY, whose state is its own."""

    def __init__(self, library, folder):
        self.c = ctypes.CDLL(library)
        self.error = ctypes.create_string_buffer(4096)
        self.repo = self.made("varve_repo_open", folder.encode(), None)

    def made(self, function, *arguments):
        out = ctypes.c_void_p()
        if getattr(self.c, function)(ctypes.byref(out), *arguments, self.error) < 0:
            raise RuntimeError(self.error.raw[8:].split(b"\0")[0].decode())
        return out

    def rows(self, word):
        version = self.made("varve_version_find", self.repo, word.encode())
        table = self.made("varve_table_open", version, None)
        rows = self.made("varve_rows_open", table, None)
        cells = ctypes.c_void_p()
        count = 0
        while (more := self.c.varve_rows_next(rows, ctypes.byref(cells), self.error)) > 0:
            count += 1
        assert more == 0, self.error.raw[8:]
        for name, handle in (("rows", rows), ("table", table), ("version", version)):
            getattr(self.c, f"varve_{name}_free")(handle)
        return count

    def close(self):
        self.c.varve_repo_free(self.repo)


def main(library, folder):
    def count(of, failed):
        try:
            for n in range(ROUNDS):
                assert of() == 1000, of()
        except BaseException as e:
            failed.append(e)

    text = "id,x\n" + "".join(f"{i},{i * 7}\n" for i in range(1000))
    with varve.Repo(folder) as r:
        r.put("t.csv", text.encode(), key=["id"], message="one")
        copy = Copy(library, folder)
        with open("/proc/self/maps") as maps:
            assert len({line.split()[4] for line in maps if "libvarve" in line}) == 2
        failed = []
        threads = [threading.Thread(target=count, args=(of, failed))
                   for of in (lambda: copy.rows("HEAD:t.csv"), lambda: len(list(r["HEAD:t.csv"])))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed, failed
        # What one commits, the other sees, and an error of one is no error of the other.
        r.put("t.csv", (text + "1000,1\n").encode(), message="two", replace=True)
        assert copy.rows("HEAD:t.csv") == 1001 and copy.rows("HEAD~1:t.csv") == 1000
        try:
            copy.rows("HEAD:nosuch.csv")
        except RuntimeError as e:
            assert "nosuch.csv" in str(e), e
        else:
            raise AssertionError("nosuch.csv was found")
        # The one that is closed takes nothing from the other, whichever goes first.
        copy.close()
        assert len(list(r["HEAD:t.csv"])) == 1001
        copy = Copy(library, folder)
    assert copy.rows("HEAD:t.csv") == 1001
    copy.close()
    print("ok")


main(*sys.argv[1:])
