/*
 * Whole commands with the machine failing under them: the n-th allocation, open,
 * read, write, fsync, rename ... of add, commit, gc, restore and check.
 *
 * Every attempt runs in a forked child, in a fresh copy of one small repository.
 * Whatever happens to it, the repository must be as before or as after the
 * command, fsck must find nothing, the work tree must have lost nothing, no
 * lock may stay, and the same command must then succeed and leave no temporary
 * file. What follows from files that are the same, byte for byte and to the
 * nanosecond, after the same answer is looked at once.
 *
 * A kind with few calls has each of them fail; of more than SAMPLES, the first
 * one and the last one, and others in even steps from where VARVE_TEST_SAMPLE says. With VARVE_TEST_ALL=1
 * it is each of them.
 */
#include "tests/unit/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"

#define MANY 1000000000u /* more calls than any command makes */
#define SAMPLES 3u       /* attempts a kind */
#define EACH_END 1u      /* of these, at the beginning and at the end */
#define SECONDS_MAX 60u  /* of one command; then it hangs */

/* Where the sanitizer is linked in. */
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

/* ---- running a command ---- */

typedef struct fault {
	vv_fault kind;
	unsigned n;
	int number;
	bool lasting;
} fault;

typedef struct outcome {
	int code; /* exit code */
	bool struck;
	unsigned left; /* vv_fault_left at the end */
	bool leaked;
} outcome;

static const char *stdout_path(void)
{
	return vv_test_path("stdout");
}

static const char *stderr_path(void)
{
	return vv_test_path("stderr");
}

static void redirect(int to, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd < 0 || dup2(fd, to) < 0) {
		_exit(99);
	}
	(void)close(fd);
}

static void child(int answer, const char *dir, const fault *f, const vv_command *c, char **argv)
{
	outcome o = {0};
	int argc = 0;

	while (argv[argc]) {
		argc++;
	}
	redirect(STDOUT_FILENO, stdout_path());
	redirect(STDERR_FILENO, stderr_path());
	if (chdir(dir) < 0) {
		_exit(98);
	}
	(void)alarm(SECONDS_MAX);
	if (f && f->lasting) {
		vv_fault_set_lasting(f->kind, f->n, f->number);
	} else if (f) {
		vv_fault_set(f->kind, f->n, f->number);
	}
	o.code = vv_out_finish(vv_command_run(c, argc, argv));
	o.left = vv_fault_left();
	o.struck = vv_fault_clear();
	if (f && f->kind == VV_FAULT_ALLOC && __lsan_do_recoverable_leak_check) {
		o.leaked = __lsan_do_recoverable_leak_check() != 0;
	}
	(void)fflush(NULL);
	if (write(answer, &o, sizeof o) != (ssize_t)sizeof o) {
		_exit(97);
	}
	_exit(0);
}

/* words: the arguments, separated by single spaces. */
static outcome run(const char *dir, const fault *f, const vv_command *c, const char *words)
{
	char text[256], *argv[16], *at = text;
	outcome o = {0};
	int ends[2], argc = 0, status = 0;
	pid_t pid;

	(void)snprintf(text, sizeof text, "%s", words);
	while (*at && argc < 15) {
		argv[argc++] = at;
		at += strcspn(at, " ");
		if (*at) {
			*at++ = '\0';
		}
	}
	argv[argc] = NULL;
	(void)stdout_path(); /* the child must not be the one that makes the folder */
	(void)fflush(NULL);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		child(ends[1], dir, f, c, argv);
	}
	(void)close(ends[1]);
	if (read(ends[0], &o, sizeof o) != (ssize_t)sizeof o) {
		(void)waitpid(pid, &status, 0);
		fail_msg(
			"varve %s %s with call %u of kind %d failing ended with wait status 0x%x:\n%s",
			c->name, words, f ? f->n : 0, f ? (int)f->kind : -1, (unsigned)status,
			vv_test_read(stderr_path(), NULL));
	}
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return o;
}

static void succeed(const char *dir, const vv_command *c, const char *words)
{
	if (run(dir, NULL, c, words).code != 0) {
		fail_msg("varve %s %s:\n%s%s", c->name, words, vv_test_read(stderr_path(), NULL),
			 vv_test_read(stdout_path(), NULL));
	}
}

/* ---- the repository ---- */

static const char *table_text(unsigned rows, unsigned salt)
{
	const char *path = vv_test_path("table-%u-%u", rows, salt);
	vv_buf b = VV_BUF_INIT;
	unsigned i;

	vv_buf_printf(&b, "id,name,price\n");
	for (i = 1; i <= rows; i++) {
		vv_buf_printf(&b, "%u,item %u,%u\n", i, i * 31 % 1009,
			      (i * 7919 + salt * (i % 50 == 0)) % 10007);
	}
	vv_test_write(path, b.data, b.len);
	vv_buf_clear(&b);
	return vv_test_read(path, NULL);
}

static void copy_tree(const char *from, const char *to)
{
	char line[1200];
	vv_error err;

	vv_assert_ok(vv_remove_tree(to, &err), &err);
	(void)snprintf(line, sizeof line, "cp -a '%s' '%s'", from, to);
	assert_int_equal(system(line), 0);
}

/* ---- what has been looked at ---- */

typedef struct judgement {
	uint64_t files;
	int code;
	bool then; /* the message says that something is done now */
} judgement;

static judgement *judged;
static size_t judged_count, judged_cap;
static uint64_t files_now; /* sum over all files: the order of a folder does not matter */
static size_t root_len;

static int add_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
	struct {
		uint64_t name, bytes, size, sec, nsec, mode;
	} file = {.name = vv_xxh3(path + root_len, strlen(path + root_len), 0)};
	vv_buf text = VV_BUF_INIT;
	vv_error err;

	(void)at;
	file.mode = st->st_mode;
	if (type == FTW_F) {
		vv_assert_ok(vv_read_file(&text, path, SIZE_MAX / 2, &err), &err);
		file.bytes = vv_xxh3(text.data, text.len, 0);
		file.size = text.len;
		file.sec = (uint64_t)st->st_mtim.tv_sec;
		file.nsec = (uint64_t)st->st_mtim.tv_nsec;
		vv_buf_clear(&text);
	}
	files_now += vv_xxh3(&file, sizeof file, 0);
	return 0;
}

static uint64_t files_of(const char *dir)
{
	files_now = 0;
	root_len = strlen(dir);
	assert_int_equal(nftw(dir, add_file, 16, FTW_PHYS), 0);
	return files_now;
}

/* Has what follows from this answer and these files been looked at in this test? From now on it has. */
static bool is_judged(const char *dir, int code, const char *said)
{
	judgement j = {files_of(dir), code, said && strstr(said, ", but a later step failed")};

	for (size_t i = 0; i < judged_count; i++) {
		if (judged[i].files == j.files && judged[i].code == code &&
		    judged[i].then == j.then) {
			return true;
		}
	}
	assert_true(vv_array_room(judged, judged_count, judged_cap));
	judged[judged_count++] = j;
	return false;
}

static void forget_judgements(void)
{
	vv_free(judged);
	judged = NULL;
	judged_count = judged_cap = 0;
}

/* The files that are fresh may stay. */
static void renew_tree(const char *template, const char *dir, uint64_t fresh)
{
	if (files_of(dir) != fresh) {
		copy_tree(template, dir);
	}
}

static const char *in(const char *dir, const char *name)
{
	char *path = vv_path_join(dir, name, (char *)NULL);
	const char *kept = vv_test_path("%s", path + strlen(vv_test_dir()) + 1);

	vv_free(path);
	return kept;
}

static void surroundings(void)
{
	const char *home = vv_test_path("home");
	vv_auto(char) *path = vv_asprintf(VV_TEST_BIN ":%s", getenv("PATH"));
	vv_error err;

	vv_assert_ok(vv_mkdirs(home, &err), &err);
	(void)setenv("PATH", path, 1);
	(void)setenv("HOME", home, 1);
	(void)setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	(void)setenv("VARVE_TEST_GC_YOUNG", "0", 1);
	(void)unsetenv("XDG_CONFIG_HOME");
	(void)unsetenv("GIT_DIR");
	(void)unsetenv("GIT_WORK_TREE");
	(void)unsetenv("GIT_INDEX_FILE");
	(void)setenv("GIT_AUTHOR_DATE", "1700000000 +0000", 1);
	(void)setenv("GIT_COMMITTER_DATE", "1700000000 +0000", 1);
	vv_test_write_text(
		in(home, ".gitconfig"),
		"[user]\n\tname = A U Thor\n\temail = author@example.com\n[init]\n\tdefaultBranch = main\n");
}

/* Two versions committed; the work tree has the second. */
static void two_versions(const char *dir)
{
	vv_error err;

	surroundings();
	vv_assert_ok(vv_mkdirs(dir, &err), &err);
	succeed(dir, &vv_cmd_init, "");
	vv_test_write_text(in(dir, "prices.csv"), table_text(300, 0));
	vv_test_write_text(in(dir, "notes.txt"), "first\n");
	succeed(dir, &vv_cmd_add, "prices.csv notes.txt");
	succeed(dir, &vv_cmd_commit, "-q -m one");
	vv_test_write_text(in(dir, "prices.csv"), table_text(320, 1));
	succeed(dir, &vv_cmd_commit, "-q -a -m two");
}

/* A third version, not added. */
static void edited(const char *dir)
{
	two_versions(dir);
	vv_test_write_text(in(dir, "prices.csv"), table_text(340, 2));
}

static void staged(const char *dir)
{
	edited(dir);
	succeed(dir, &vv_cmd_add, "prices.csv");
}

/* A third version that was added and then given up, so that gc has work. */
static void littered(const char *dir)
{
	staged(dir);
	succeed(dir, &vv_cmd_restore, "--staged --worktree --source HEAD prices.csv");
}

/* main has two versions; other has a note of its own beside the first one, ahead one more than main. */
static void branches(const char *dir)
{
	two_versions(dir);
	succeed(dir, &vv_cmd_switch, "-q -c ahead");
	vv_test_write_text(in(dir, "prices.csv"), table_text(340, 2));
	succeed(dir, &vv_cmd_commit, "-q -a -m three");
	succeed(dir, &vv_cmd_switch, "-q -c other HEAD~2");
	vv_test_write_text(in(dir, "notes.txt"), "another\n");
	succeed(dir, &vv_cmd_commit, "-q -a -m other");
	succeed(dir, &vv_cmd_switch, "-q main");
}

/* ---- what may not happen ---- */

typedef struct scenario {
	const vv_command *command;
	const char *words;
	void (*prepare)(const char *dir);
	bool moves_table;   /* may write prices.csv; else its bytes stay */
	bool again_says_no; /* once done, doing it again is answered with 1 */
	bool two_steps;     /* it stages first: then "before" with that staged is sound too */
	bool once;          /* once done, it cannot be done again */
	const char *go_on;  /* what concludes it where it stopped before its commit, or NULL */
} scenario;

/* What one looks at to tell "before" from "after". */
typedef struct state {
	const char *head, *refs, *status, *table;
} state;

static state state_of(const char *dir)
{
	state s;

	char line[1024];

	(void)snprintf(line, sizeof line, "git -C '%s' for-each-ref > '%s'", dir, stdout_path());
	assert_int_equal(system(line), 0);
	s.refs = vv_test_read(stdout_path(), NULL);
	s.head = vv_test_read(in(dir, ".git/HEAD"), NULL);
	succeed(dir, &vv_cmd_status, "--porcelain");
	s.status = vv_test_read(stdout_path(), NULL);
	s.table = vv_test_read(in(dir, "prices.csv"), NULL);
	return s;
}

static bool same_state(const state *a, const state *b)
{
	return strcmp(a->head, b->head) == 0 && strcmp(a->refs, b->refs) == 0 &&
	       strcmp(a->status, b->status) == 0 && strcmp(a->table, b->table) == 0;
}

static bool same_refs(const state *a, const state *b)
{
	return strcmp(a->head, b->head) == 0 && strcmp(a->refs, b->refs) == 0;
}

/* Names in dir that begin or end so. */
static void assert_none(const char *dir, const char *part, const char *what)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d))) {
		if (strstr(e->d_name, part) && strcmp(e->d_name, "tmp") != 0) {
			fail_msg("%s: %s is left in %s", what, e->d_name, dir);
		}
	}
	(void)closedir(d);
}

/* Git's own locks keep everybody out: they must go with the command that took them. */
static void assert_no_locks(const char *dir, const char *what)
{
	assert_none(in(dir, ".git"), ".lock", what);
	assert_none(in(dir, ".git/refs/heads"), ".lock", what);
}

static void assert_no_temps(const char *dir, const char *what)
{
	static const char *const folders[] = {"",
					      ".git",
					      ".git/varve",
					      ".git/varve/packs",
					      ".git/varve/cache",
					      ".git/objects/pack"};
	const char *scratch = in(dir, ".git/varve/tmp");
	size_t i;

	for (i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		const char *folder = *folders[i] ? in(dir, folders[i]) : dir;

		if (vv_exists(folder)) {
			assert_none(folder, "tmp", what);
		}
	}
	if (vv_exists(scratch) && vv_test_count_entries(scratch) > 0) {
		fail_msg("%s: something is left in %s", what, scratch);
	}
	assert_int_equal(vv_test_count_entries(dir),
			 4); /* .git .gitattributes notes.txt prices.csv */
}

static void assert_one_message(const char *what)
{
	const char *text = vv_test_read(stderr_path(), NULL), *first = strstr(text, "varve: ");

	if (!first || strstr(first + 1, "\nvarve: ") || strlen(first) < 20) {
		fail_msg("%s: not one clear message but:\n%s", what, text);
	}
}

typedef struct trial {
	const scenario *sc;
	const char *template, *dir;
	state before, between, after;
} trial;

static void trial_init(trial *t, const scenario *sc)
{
	t->sc = sc;
	t->template = vv_test_path("template");
	t->dir = vv_test_path("work");
	sc->prepare(t->template);
	copy_tree(t->template, t->dir);
	t->before = state_of(t->dir);
	t->between = t->before;
	if (sc->two_steps) {
		succeed(t->dir, &vv_cmd_add, "prices.csv");
		t->between = state_of(t->dir);
		copy_tree(t->template, t->dir);
	}
	succeed(t->dir, sc->command, sc->words);
	t->after = state_of(t->dir);
	forget_judgements();
}

static bool is_under_way(const char *dir)
{
	return vv_exists(in(dir, ".git/MERGE_HEAD")) || vv_exists(in(dir, ".git/REVERT_HEAD")) ||
	       vv_exists(in(dir, ".git/CHERRY_PICK_HEAD"));
}

/* Who is told of a failure is told when the ref has moved all the same. */
static void assert_told(const trial *t, const state *now, const char *what)
{
	if (same_refs(now, &t->after) && !same_refs(now, &t->before) &&
	    !strstr(vv_test_read(stderr_path(), NULL), ", but a later step failed")) {
		fail_msg("%s: a ref has moved, and that is not said:\n%s", what,
			 vv_test_read(stderr_path(), NULL));
	}
}

static void check_aftermath(const trial *t, const outcome *o, const char *what)
{
	const char *said = vv_test_read(stderr_path(), NULL), *words = t->sc->words;
	bool stopped = t->sc->go_on && o->code != 0 && is_under_way(t->dir);
	/* Its way back failed, too: what is next undoes it. */
	bool half_done = stopped && strstr(said, "the next command that changes this work tree");
	state now;
	outcome again;

	if (o->leaked) {
		fail_msg("%s: memory is leaked:\n%s", what, vv_test_read(stderr_path(), NULL));
	}
	if (o->code != 0) {
		assert_one_message(what);
	}
	assert_no_locks(t->dir, what);
	if (stopped && !half_done && !strstr(said, "--continue")) {
		fail_msg("%s: stopped in the middle:\n%s", what, said);
	}
	if (is_judged(t->dir, o->code, said)) return;
	now = state_of(t->dir);
	if (o->code == 2) {
		vv_test_write_text(stderr_path(), said);
		assert_told(t, &now, what);
	}
	if (stopped) {
		/* Merged and staged, not committed, or half done: the hint says how to go on. */
		if (!same_refs(&now, &t->before)) {
			fail_msg("%s: stopped in the middle:\n%s", what, said);
		}
		words = half_done ? words : t->sc->go_on;
	} else if (!same_state(&now, &t->after) &&
		   (o->code == 0 ||
		    (!same_state(&now, &t->before) && !same_state(&now, &t->between)))) {
		fail_msg(
			"%s: ended with %d, and the state is neither the old nor the new one: HEAD %sstatus:\n%s",
			what, o->code, now.head, now.status);
	}
	if (!t->sc->moves_table) {
		assert_string_equal(now.table, t->before.table);
	}
	if (run(t->dir, NULL, &vv_cmd_fsck, "--data").code != 0) {
		fail_msg("%s: fsck says:\n%s%s", what, vv_test_read(stdout_path(), NULL),
			 vv_test_read(stderr_path(), NULL));
	}
	if (t->sc->once && same_state(&now, &t->after)) return;
	again = run(t->dir, NULL, t->sc->command, words);
	if (again.code != 0 &&
	    !(t->sc->again_says_no && again.code == 1 && same_state(&now, &t->after))) {
		fail_msg("%s: and again: %d:\n%s", what, again.code,
			 vv_test_read(stderr_path(), NULL));
	}
	now = state_of(t->dir);
	assert_true(same_state(&now, &t->after));
	assert_no_temps(t->dir, what);
}

/* Shall the n-th of count calls be tried? */
static unsigned next_sample(unsigned n, unsigned count)
{
	const char *sample = getenv("VARVE_TEST_SAMPLE");
	unsigned step, next;

	if (getenv("VARVE_TEST_ALL") || count <= SAMPLES || n < EACH_END || n + EACH_END >= count) {
		return n + 1;
	}
	step = (count - 2 * EACH_END) / (SAMPLES - 2 * EACH_END) + 1;
	next = n == EACH_END && sample ? n + 1 + (unsigned)strtoul(sample, NULL, 10) % step
				       : n + step;
	return next < count - EACH_END ? next : count - EACH_END;
}

static void fail_kind(const trial *t, vv_fault kind, int number, bool lasting)
{
	fault f = {kind, MANY, number, lasting};
	uint64_t fresh;
	unsigned count;
	outcome o;
	char what[160];

	copy_tree(t->template, t->dir);
	fresh = files_of(t->dir);
	o = run(t->dir, &f, t->sc->command, t->sc->words);
	assert_int_equal(o.code, 0);
	count = MANY - o.left;
	for (f.n = 1; f.n <= count; f.n = next_sample(f.n, count)) {
		(void)snprintf(what, sizeof what, "varve %s %s, call %u of %u of kind %d failing%s",
			       t->sc->command->name, t->sc->words, f.n, count, (int)kind,
			       lasting ? " and all after it" : "");
		renew_tree(t->template, t->dir, fresh);
		o = run(t->dir, &f, t->sc->command, t->sc->words);
		if (!o.struck && o.code != 0) {
			fail_msg("%s: it did not strike, and yet: %d\n%s", what, o.code,
				 vv_test_read(stderr_path(), NULL));
		}
		check_aftermath(t, &o, what);
	}
}

static void fail_storage(const scenario *sc)
{
	trial t;

	trial_init(&t, sc);
	fail_kind(&t, VV_FAULT_WRITE, ENOSPC, false);
	fail_kind(&t, VV_FAULT_WRITE, ENOSPC, true);
	fail_kind(&t, VV_FAULT_FSYNC, EIO, false);
	fail_kind(&t, VV_FAULT_RENAME, EIO, false);
	fail_kind(&t, VV_FAULT_CLOSE, EIO, false);
	fail_kind(&t, VV_FAULT_FTRUNCATE, EIO, false);
	fail_kind(&t, VV_FAULT_MKDIR, ENOSPC, false);
	fail_kind(&t, VV_FAULT_UNLINK, EIO, false);
}

/* What moves refs: mostly about where their files are made durable. */
static void fail_moving(const scenario *sc)
{
	trial t;

	trial_init(&t, sc);
	fail_kind(&t, VV_FAULT_WRITE, ENOSPC, false);
	fail_kind(&t, VV_FAULT_FSYNC, EIO, false);
	fail_kind(&t, VV_FAULT_FSYNC, EIO, true);
	fail_kind(&t, VV_FAULT_RENAME, EIO, false);
}

static void fail_reading(const scenario *sc)
{
	trial t;

	trial_init(&t, sc);
	fail_kind(&t, VV_FAULT_OPEN, EMFILE, false);
	fail_kind(&t, VV_FAULT_READ, EIO, false);
}

static void fail_memory(const scenario *sc)
{
	trial t;

	trial_init(&t, sc);
	fail_kind(&t, VV_FAULT_ALLOC, ENOMEM, false);
}

/* ---- check: a verdict is right, or there is none ---- */

/* A first version with a description, and a second that is wrong when it is to be. */
static void described(const char *dir, bool wrong)
{
	two_versions(dir);
	vv_test_write_text(
		in(dir, "datapackage.json"),
		"{\"resources\": [{\"path\": \"prices.csv\", \"schema\": {\"primaryKey\": \"id\", \"fields\": ["
		"{\"name\": \"id\", \"type\": \"integer\"}, {\"name\": \"name\", \"type\": \"string\", \"constraints\": {\"pattern\": \"item .*\"}},"
		"{\"name\": \"price\", \"type\": \"integer\", \"constraints\": {\"minimum\": 0}}]}}]}");
	vv_test_write_text(
		in(dir, "varve.json"),
		"{\"rules\": {\"row-constraint\": \"price * 3 >= 0 and length(name) > 3\", \"rows-removed\": {\"max\": 9}}}");
	if (wrong) {
		vv_test_write_text(in(dir, "prices.csv"),
				   "id,name,price\n1,item 1,5\n1,item 2,-7\n3,x,N/A\n");
	}
	succeed(dir, &vv_cmd_add, "prices.csv datapackage.json varve.json");
	succeed(dir, &vv_cmd_commit, "-q -m three");
}

static void fail_check_kind(const char *template, vv_fault kind, int number, int verdict,
			    const char *words)
{
	const char *dir = vv_test_path("work");
	fault f = {kind, MANY, number, false};
	uint64_t fresh;
	unsigned count;
	outcome o;
	char what[160];

	forget_judgements();
	copy_tree(template, dir);
	fresh = files_of(dir);
	o = run(dir, &f, &vv_cmd_check, words);
	assert_int_equal(o.code, verdict);
	count = MANY - o.left;
	for (f.n = 1; f.n <= count; f.n = next_sample(f.n, count)) {
		(void)snprintf(what, sizeof what,
			       "varve check %s, call %u of %u of kind %d failing", words, f.n,
			       count, (int)kind);
		renew_tree(template, dir, fresh);
		o = run(dir, &f, &vv_cmd_check, words);
		if (o.leaked || (o.code != verdict && o.code != 2)) {
			fail_msg("%s: ended with %d%s\n%s%s", what, o.code,
				 o.leaked ? ", and memory is leaked" : "",
				 vv_test_read(stdout_path(), NULL),
				 vv_test_read(stderr_path(), NULL));
		}
		if (o.code == 2) {
			assert_one_message(what);
		}
		if (is_judged(dir, o.code, NULL)) {
			continue;
		}
		/* what it left behind is not believed wrongly */
		o = run(dir, NULL, &vv_cmd_check, words);
		if (o.code != verdict) {
			fail_msg("%s: and again: %d\n%s%s", what, o.code,
				 vv_test_read(stdout_path(), NULL),
				 vv_test_read(stderr_path(), NULL));
		}
	}
}

static void fail_check(bool wrong, vv_fault kind, int number)
{
	const char *template = vv_test_path("template");

	described(template, wrong);
	fail_check_kind(template, kind, number, wrong ? 1 : 0, "--json HEAD");
	fail_check_kind(template, kind, number, wrong ? 1 : 0,
			"--new-only --base HEAD~1 --format html");
}

static void check_of_wrong_data_survives_memory_that_ends(void **unused)
{
	(void)unused;
	fail_check(true, VV_FAULT_ALLOC, ENOMEM);
}

static void check_of_right_data_survives_memory_that_ends(void **unused)
{
	(void)unused;
	fail_check(false, VV_FAULT_ALLOC, ENOMEM);
}

static void check_survives_files_that_cannot_be_read(void **unused)
{
	(void)unused;
	fail_check(true, VV_FAULT_OPEN, EMFILE);
	fail_check(true, VV_FAULT_READ, EIO);
}

static void check_survives_storage_that_fails(void **unused)
{
	(void)unused;
	fail_check(true, VV_FAULT_WRITE, ENOSPC);
	fail_check(true, VV_FAULT_RENAME, EIO);
	fail_check(true, VV_FAULT_CLOSE, EIO);
	fail_check(true, VV_FAULT_MKDIR, ENOSPC);
}

/* ---- the tests ---- */

static const scenario add = {.command = &vv_cmd_add, .words = "prices.csv", .prepare = edited};
static const scenario commit = {.command = &vv_cmd_commit,
				.words = "-q -m three",
				.prepare = staged,
				.again_says_no = true};
static const scenario commit_all = {.command = &vv_cmd_commit,
				    .words = "-q -a -m three",
				    .prepare = edited,
				    .again_says_no = true,
				    .two_steps = true};
static const scenario gc = {.command = &vv_cmd_gc, .words = "-q --prune=now", .prepare = littered};
static const scenario restore = {.command = &vv_cmd_restore,
				 .words = "--source HEAD~1 prices.csv",
				 .prepare = edited,
				 .moves_table = true};

static const scenario switching = {.command = &vv_cmd_switch,
				   .words = "-q other",
				   .prepare = branches,
				   .moves_table = true};
static const scenario switching_new = {.command = &vv_cmd_switch,
				       .words = "-q -c new other",
				       .prepare = branches,
				       .moves_table = true,
				       .once = true};
static const scenario detaching = {.command = &vv_cmd_switch,
				   .words = "-q --detach other",
				   .prepare = branches,
				   .moves_table = true};
static const scenario fast_forward = {.command = &vv_cmd_merge,
				      .words = "-q ahead",
				      .prepare = branches,
				      .moves_table = true};
static const scenario merging = {.command = &vv_cmd_merge,
				 .words = "-q other",
				 .prepare = branches,
				 .moves_table = true,
				 .go_on = "--continue"};
static const scenario reverting = {.command = &vv_cmd_revert,
				   .words = "-q HEAD",
				   .prepare = branches,
				   .moves_table = true,
				   .once = true,
				   .go_on = "--continue"};
static const scenario picking = {.command = &vv_cmd_cherry_pick,
				 .words = "-q other",
				 .prepare = branches,
				 .moves_table = true,
				 .once = true,
				 .go_on = "--continue"};
#define TEST(name, what, scene)                                                                    \
	static void name(void **unused)                                                            \
	{                                                                                          \
		(void)unused;                                                                      \
		what(&scene);                                                                      \
	}

TEST(add_survives_storage_that_fails, fail_storage, add)
TEST(add_survives_files_that_cannot_be_read, fail_reading, add)
TEST(add_survives_memory_that_ends, fail_memory, add)
TEST(commit_survives_storage_that_fails, fail_storage, commit)
TEST(commit_survives_files_that_cannot_be_read, fail_reading, commit)
TEST(commit_survives_memory_that_ends, fail_memory, commit)
TEST(commit_all_survives_storage_that_fails, fail_storage, commit_all)
TEST(commit_all_survives_memory_that_ends, fail_memory, commit_all)
TEST(gc_survives_storage_that_fails, fail_storage, gc)
TEST(gc_survives_files_that_cannot_be_read, fail_reading, gc)
TEST(gc_survives_memory_that_ends, fail_memory, gc)
TEST(restore_survives_storage_that_fails, fail_storage, restore)
TEST(restore_survives_files_that_cannot_be_read, fail_reading, restore)
TEST(restore_survives_memory_that_ends, fail_memory, restore)
TEST(switch_whose_storage_fails_leaves_head_files_and_index_together, fail_moving, switching)
TEST(switch_to_a_new_branch_whose_storage_fails_leaves_no_half, fail_moving, switching_new)
TEST(switch_to_a_commit_whose_storage_fails_leaves_head_files_and_index_together, fail_moving,
     detaching)
TEST(fast_forward_whose_storage_fails_leaves_branch_files_and_index_together, fail_moving,
     fast_forward)
TEST(merge_whose_storage_fails_says_whether_it_is_made, fail_moving, merging)
TEST(revert_whose_storage_fails_says_whether_it_is_made, fail_moving, reverting)
TEST(cherry_pick_whose_storage_fails_says_whether_it_is_made, fail_moving, picking)

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(add_survives_storage_that_fails),
	cmocka_unit_test(add_survives_files_that_cannot_be_read),
	cmocka_unit_test(add_survives_memory_that_ends),
	cmocka_unit_test(commit_survives_storage_that_fails),
	cmocka_unit_test(commit_survives_files_that_cannot_be_read),
	cmocka_unit_test(commit_survives_memory_that_ends),
	cmocka_unit_test(commit_all_survives_storage_that_fails),
	cmocka_unit_test(commit_all_survives_memory_that_ends),
	cmocka_unit_test(gc_survives_storage_that_fails),
	cmocka_unit_test(gc_survives_files_that_cannot_be_read),
	cmocka_unit_test(gc_survives_memory_that_ends),
	cmocka_unit_test(restore_survives_storage_that_fails),
	cmocka_unit_test(restore_survives_files_that_cannot_be_read),
	cmocka_unit_test(restore_survives_memory_that_ends),
	cmocka_unit_test(switch_whose_storage_fails_leaves_head_files_and_index_together),
	cmocka_unit_test(switch_to_a_new_branch_whose_storage_fails_leaves_no_half),
	cmocka_unit_test(
		switch_to_a_commit_whose_storage_fails_leaves_head_files_and_index_together),
	cmocka_unit_test(fast_forward_whose_storage_fails_leaves_branch_files_and_index_together),
	cmocka_unit_test(merge_whose_storage_fails_says_whether_it_is_made),
	cmocka_unit_test(revert_whose_storage_fails_says_whether_it_is_made),
	cmocka_unit_test(cherry_pick_whose_storage_fails_says_whether_it_is_made),
	cmocka_unit_test(check_of_wrong_data_survives_memory_that_ends),
	cmocka_unit_test(check_of_right_data_survives_memory_that_ends),
	cmocka_unit_test(check_survives_files_that_cannot_be_read),
	cmocka_unit_test(check_survives_storage_that_fails),
};

VV_TEST_SUITE(faults)
