/*
 * Lines over descriptors and programs: turns, ends in the middle, noise, waits that end.
 *
 * The programs are scripts that replace `varve serve --stdio`.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/thread.h"
#include "tests/unit/support.h"
#include "transport/line/channel.h"
#include "transport/line/pipe.h"
#include "transport/protocol/connect.h"
#include "transport/protocol/frame.h"

/* --- two ends in one process ---------------------------------------------------------- */

typedef struct pair {
	int to[2], from[2]; /* pipes: here to the peer, the peer to here */
	vv_channel *here;
} pair;

static void open_pair(pair *p)
{
	assert_int_equal(pipe(p->to), 0);
	assert_int_equal(pipe(p->from), 0);
	p->here = vv_channel_fds(p->from[0], p->to[1], "the peer");
	assert_non_null(p->here);
}

/* The peer is what the shell runs, and waited for a second. */
static void open_impatient(pair *p, const char *script)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	const vv_program_line program = {.argv = argv, .name = "the peer"};
	const vv_connect_options o = {.env = vv_test_env(), .idle_sec = 1};
	vv_error err;

	*p = (pair){.to = {-1, -1}, .from = {-1, -1}};
	vv_assert_ok(vv_channel_program(&p->here, &program, &o, &err), &err);
}

static void close_pair(pair *p)
{
	vv_channel_close(p->here);
	for (int i = 0; i < 2; i++) {
		if (p->to[i] >= 0) {
			assert_int_equal(close(p->to[i]), 0);
		}
		if (p->from[i] >= 0) {
			assert_int_equal(close(p->from[i]), 0);
		}
	}
}

static void peer_says(pair *p, const char *text)
{
	assert_int_equal(write(p->from[1], text, strlen(text)), (ssize_t)strlen(text));
}

static void hang_up(int *fd)
{
	assert_int_equal(close(*fd), 0);
	*fd = -1;
}

static void bytes_go_both_ways_and_are_counted(void **state)
{
	char got[16];
	vv_error err;
	pair p;

	(void)state;
	open_pair(&p);
	vv_assert_ok(vv_channel_write(p.here, "abc", 3, &err), &err);
	vv_assert_ok(vv_channel_write(p.here, "de", 2, &err), &err);
	vv_assert_ok(vv_channel_turn(p.here, &err), &err);
	assert_int_equal(read(p.to[0], got, sizeof(got)), 5);
	assert_memory_equal(got, "abcde", 5);
	peer_says(&p, "answer");
	vv_assert_ok(vv_channel_read(p.here, got, 2, &err), &err);
	vv_assert_ok(vv_channel_read(p.here, got + 2, 4, &err), &err);
	assert_memory_equal(got, "answer", 6);
	vv_assert_ok(vv_channel_done(p.here, &err), &err);
	vv_channel_stats stats = vv_channel_stats_get(p.here);
	assert_int_equal(stats.bytes_out, 5);
	assert_int_equal(stats.bytes_in, 6);
	assert_int_equal(stats.turns, 1);
	assert_string_equal(vv_channel_name(p.here), "the peer");
	close_pair(&p);
}

static void what_was_written_goes_out_before_an_answer_is_waited_for(void **state)
{
	char got[16];
	vv_error err;
	pair p;

	(void)state;
	open_pair(&p);
	vv_assert_ok(vv_channel_write(p.here, "hello", 5, &err), &err);
	peer_says(&p, "x");
	vv_assert_ok(vv_channel_read(p.here, got, 1, &err), &err);
	assert_int_equal(read(p.to[0], got, sizeof(got)), 5);
	close_pair(&p);
}

/* Through both buffers, with every transfer cut to pieces and interrupted. */
static void pieces_of_any_size_arrive_whole(void **state)
{
	enum { SIZE = 300000 };
	char *sent = malloc(SIZE), *got = malloc(SIZE);
	vv_error err;
	vv_prng r;
	pair p;
	pid_t pid;
	size_t at, n;

	(void)state;
	vv_prng_init(&r, 4);
	vv_prng_bytes(&r, sent, SIZE);
	open_pair(&p);
	pid = fork();
	if (pid == 0) { /* the peer returns what it receives */
		static char step[5000];
		ssize_t len;

		(void)close(p.to[1]);
		while ((len = read(p.to[0], step, sizeof(step))) > 0) {
			char *b = step;

			while (len > 0) {
				ssize_t put = write(p.from[1], b, (size_t)len);

				if (put < 0) {
					_exit(1);
				}
				b += put;
				len -= put;
			}
		}
		_exit(0);
	}
	vv_fault_trickle(true);
	for (at = 0; at < SIZE; at += n) {
		size_t back;

		n = 1 + (size_t)vv_prng_below(&r, 40000);
		n = n < SIZE - at ? n : SIZE - at;
		vv_assert_ok(vv_channel_write(p.here, sent + at, n, &err), &err);
		vv_assert_ok(vv_channel_turn(p.here, &err), &err);
		back = n / 3;
		vv_assert_ok(vv_channel_read(p.here, got + at, back, &err), &err);
		vv_assert_ok(vv_channel_read(p.here, got + at + back, n - back, &err), &err);
		vv_assert_ok(vv_channel_done(p.here, &err), &err);
	}
	vv_fault_trickle(false);
	assert_memory_equal(got, sent, SIZE);
	hang_up(&p.to[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close_pair(&p);
	free(sent);
	free(got);
}

static void an_end_in_the_middle_names_the_peer(void **state)
{
	char got[8];
	vv_error err;
	pair p;

	(void)state;
	open_pair(&p);
	peer_says(&p, "half");
	hang_up(&p.from[1]);
	vv_assert_status(vv_channel_read(p.here, got, 8, &err), VV_EIO, &err);
	assert_string_equal(err.message,
			    "the connection to 'the peer' was closed before the end of the data");
	close_pair(&p);
}

static void an_end_between_requests_is_no_error(void **state)
{
	char got[4];
	vv_error err;
	bool end;
	pair p;

	(void)state;
	open_pair(&p);
	peer_says(&p, "more");
	vv_assert_ok(vv_channel_at_end(p.here, &end, &err), &err);
	assert_false(end);
	vv_assert_ok(vv_channel_read(p.here, got, 4, &err), &err);
	assert_memory_equal(got, "more", 4);
	hang_up(&p.from[1]);
	vv_assert_ok(vv_channel_at_end(p.here, &end, &err), &err);
	assert_true(end);
	vv_assert_ok(vv_channel_at_end(p.here, &end, &err), &err);
	assert_true(end);
	close_pair(&p);
}

static void more_than_the_answer_is_refused(void **state)
{
	char got[2];
	vv_error err;
	pair p;

	(void)state;
	open_pair(&p);
	peer_says(&p, "okay");
	vv_assert_ok(vv_channel_read(p.here, got, 2, &err), &err);
	vv_assert_status(vv_channel_done(p.here, &err), VV_ECORRUPT, &err);
	assert_string_equal(err.message, "'the peer' sent data after its answer");
	close_pair(&p);
}

static void silence_ends_after_the_limit(void **state)
{
	uint64_t start;
	char got[8];
	vv_error err;
	pair p;

	(void)state;
	open_impatient(&p, "printf half; exec sleep 9");
	start = vv_monotonic_ms();
	vv_assert_status(vv_channel_read(p.here, got, 8, &err), VV_EIO, &err);
	assert_in_range(vv_monotonic_ms() - start, 900, 5000);
	assert_string_equal(err.message,
			    "no data could be received from or sent to 'the peer' for 1 second");
	vv_assert_contains(err.hint, "try again");
	close_pair(&p);
}

static void a_peer_that_never_listens_ends_after_the_limit(void **state)
{
	static char much[1 << 20];
	vv_error err;
	pair p;

	(void)state;
	open_impatient(&p, "exec sleep 9");
	vv_assert_status(vv_channel_write(p.here, much, sizeof(much), &err), VV_EIO, &err);
	vv_assert_contains(err.message, "for 1 second");
	close_pair(&p);
}

/* There is no signal, and the peer's first message can still be read. */
static void a_peer_that_hung_up_is_an_error_and_no_signal(void **state)
{
	char got[2];
	vv_error err;
	pair p;

	(void)state;
	assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	open_pair(&p);
	peer_says(&p, "no");
	hang_up(&p.to[0]);
	vv_assert_ok(vv_channel_write(p.here, "request", 7, &err), &err);
	vv_assert_status(vv_channel_turn(p.here, &err), VV_EIO, &err);
	assert_string_equal(err.message,
			    "the connection to 'the peer' was closed while data was being sent");
	vv_assert_ok(vv_channel_read(p.here, got, 2, &err), &err);
	assert_memory_equal(got, "no", 2);
	close_pair(&p);
}

static void flags_of_the_descriptor_are_put_back(void **state)
{
	int before, after;
	pair p;

	(void)state;
	assert_int_equal(pipe(p.to), 0);
	assert_int_equal(pipe(p.from), 0);
	before = fcntl(p.to[1], F_GETFL);
	p.here = vv_channel_fds(p.from[0], p.to[1], "the peer");
	assert_non_null(p.here);
	assert_int_equal(fcntl(p.to[1], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	vv_channel_close(p.here);
	after = fcntl(p.to[1], F_GETFL);
	assert_int_equal(before, after);
	p.here = NULL;
	close_pair(&p);
}

/* --- programs ---------------------------------------------------------------------------- */

typedef struct heard {
	vv_buf lines; /* each between brackets */
} heard;

static void hear(void *payload, const char *line, size_t len)
{
	heard *h = payload;

	vv_buf_putc(&h->lines, '[');
	vv_buf_put(&h->lines, line, len);
	vv_buf_putc(&h->lines, ']');
}

typedef struct far {
	vv_channel *line;
	vv_error err;
	heard said;
	unsigned idle_sec;
} far;

/* Connects to a folder through a script with this body. */
static vv_status reach(far *f, const char *body)
{
	const char *script = vv_test_path("serve");
	vv_connect_options o = {.env = vv_test_env()};
	vv_buf text = VV_BUF_INIT;
	vv_url url;
	vv_status rc;

	vv_buf_printf(&text, "#!/bin/sh\n%s\n", body);
	vv_test_write_text(script, text.data);
	assert_int_equal(chmod(script, 0755), 0);
	vv_buf_clear(&text);
	f->line = NULL;
	f->said.lines = (vv_buf){0};
	vv_assert_ok(vv_url_read(&url, vv_test_dir(), &f->err), &f->err);
	o.program = script;
	o.line = hear;
	o.payload = &f->said;
	o.idle_sec = f->idle_sec;
	rc = vv_connect(&f->line, &url, &o, &f->err);
	vv_url_clear(&url);
	return rc;
}

static void leave(far *f)
{
	vv_channel_close(f->line);
	vv_buf_clear(&f->said.lines);
}

static void ask(far *f, const char *text, const char *answer)
{
	char got[256];

	assert_true(strlen(answer) <= sizeof(got));
	vv_assert_ok(vv_channel_write(f->line, text, strlen(text), &f->err), &f->err);
	vv_assert_ok(vv_channel_turn(f->line, &f->err), &f->err);
	vv_assert_ok(vv_channel_read(f->line, got, strlen(answer), &f->err), &f->err);
	assert_memory_equal(got, answer, strlen(answer));
	vv_assert_ok(vv_channel_done(f->line, &f->err), &f->err);
}

static void a_folder_is_served_by_a_program(void **state)
{
	far f = {0};
	vv_buf wanted = VV_BUF_INIT;

	(void)state;
	vv_assert_ok(reach(&f, "echo \"$*\" >&2; echo 'varve 1'; cat"), &f.err);
	ask(&f, "one\n", "one\n");
	ask(&f, "two\n", "two\n");
	vv_buf_printf(&wanted, "[serve --stdio -- %s]", vv_test_dir());
	assert_string_equal(f.said.lines.data, wanted.data);
	vv_buf_clear(&wanted);
	leave(&f);
}

static void the_repository_of_here_is_not_that_of_there(void **state)
{
	far f = {0};

	(void)state;
	(void)setenv("GIT_DIR", "/here/.git", 1);
	(void)setenv("GIT_INDEX_FILE", "/here/.git/index", 1);
	vv_assert_ok(reach(&f, "echo 'varve 1'; echo \"<$GIT_DIR$GIT_INDEX_FILE>\"; cat"), &f.err);
	ask(&f, "", "<>\n");
	(void)unsetenv("GIT_DIR");
	(void)unsetenv("GIT_INDEX_FILE");
	leave(&f);
}

static void noise_before_the_greeting_is_overlooked(void **state)
{
	far f = {0};

	(void)state;
	vv_assert_ok(reach(&f, "echo Welcome to this host; printf 'varve? '; echo 'varve 1'; cat"),
		     &f.err);
	ask(&f, "x", "x");
	leave(&f);
	vv_assert_ok(reach(&f, "head -c 4000 /dev/zero; echo 'varve 1'; cat"), &f.err);
	ask(&f, "x", "x");
	leave(&f);
}

static void a_greeting_in_pieces_is_one(void **state)
{
	far f = {0};

	(void)state;
	vv_assert_ok(reach(&f, "printf hello; sleep 0.05; printf var; sleep 0.05; printf 've '; "
			       "sleep 0.05; echo 1; cat"),
		     &f.err);
	ask(&f, "x", "x");
	leave(&f);
}

static void nothing_but_noise_is_shown_escaped(void **state)
{
	far f = {0};

	(void)state;
	vv_assert_status(reach(&f, "printf 'You are \\033[31mnot\\033[0m allowed\\n'"), VV_EIO,
			 &f.err);
	vv_assert_contains(
		f.err.message,
		"does not answer as varve does; it sent: You are \\x1B[31mnot\\x1B[0m allowed\\n");
	leave(&f);
	vv_assert_status(reach(&f, "yes Welcome; cat"), VV_EIO, &f.err);
	vv_assert_contains(f.err.message,
			   "does not answer as varve does; it sent: Welcome\\nWelcome\\n");
	vv_assert_contains(
		f.err.hint,
		"a start-up file of the login shell on that host may print this: it must print nothing in shells that are not interactive");
	leave(&f);
}

static void a_version_of_the_future_is_named(void **state)
{
	far f = {0};

	(void)state;
	vv_assert_status(reach(&f, "echo hello; echo 'varve 27'; cat"), VV_ENOSUPPORT, &f.err);
	vv_assert_contains(f.err.message,
			   "uses version 27 of the protocol, and this varve only version 1");
	vv_assert_contains(f.err.hint, "use the same release of varve on both sides");
	leave(&f);
}

static void a_program_that_says_nothing_and_ends_is_an_error(void **state)
{
	far f = {0};

	(void)state;
	vv_assert_status(reach(&f, "exit 0"), VV_EIO, &f.err);
	vv_assert_contains(f.err.message, "was closed before anything was sent");
	leave(&f);
}

static void the_last_words_of_a_program_are_the_reason(void **state)
{
	far f = {0};

	(void)state;
	vv_assert_status(reach(&f, "echo 'varve: no repository in \"/x\"' >&2;"
				   "echo 'hint: make one with varve init' >&2; exit 2"),
			 VV_EIO, &f.err);
	vv_assert_contains(f.err.message,
			   "closed before anything was sent: no repository in \"/x\"");
	assert_string_equal(f.err.hint, "make one with varve init");
	vv_assert_contains(f.said.lines.data, "[hint: make one with varve init]");
	leave(&f);
}

static void an_end_in_the_middle_of_an_answer_gives_the_reason(void **state)
{
	far f = {0};
	char got[8];

	(void)state;
	vv_assert_ok(reach(&f, "echo 'varve 1'; head -c 1 >/dev/null; printf half;"
			       "echo 'varve: the disk is full' >&2; exit 2"),
		     &f.err);
	vv_assert_ok(vv_channel_write(f.line, "?", 1, &f.err), &f.err);
	vv_assert_ok(vv_channel_turn(f.line, &f.err), &f.err);
	vv_assert_status(vv_channel_read(f.line, got, 8, &f.err), VV_EIO, &f.err);
	vv_assert_contains(f.err.message,
			   "was closed before the end of the data: the disk is full");
	leave(&f);
}

static void lines_beside_the_protocol_are_passed_on(void **state)
{
	far f = {0};

	(void)state;
	vv_assert_ok(reach(&f, "printf 'one\\r\\n\\nt' >&2; sleep 0.05; printf 'wo\\nthree' >&2;"
			       "echo 'varve 1'; cat; printf ' four' >&2"),
		     &f.err);
	ask(&f, "x", "x");
	vv_channel_close(f.line);
	f.line = NULL;
	assert_string_equal(f.said.lines.data, "[one][two][three four]");
	leave(&f);
}

static void a_flood_beside_the_protocol_holds_nothing_up(void **state)
{
	far f = {0};

	(void)state;
	vv_assert_ok(reach(&f, "echo 'varve 1'; head -c 1 >/dev/null;"
			       "head -c 3000000 /dev/zero | tr '\\0' x >&2; echo done; cat"),
		     &f.err);
	ask(&f, "?", "done\n");
	assert_true(f.said.lines.len > 2900000);
	for (const char *p = f.said.lines.data, *next; *p; p = next) {
		next = strchr(p, ']') + 1;
		assert_in_range(next - p, 1, 1026);
	}
	leave(&f);
}

static void a_program_that_hangs_is_given_up_and_ended(void **state)
{
	far f = {.idle_sec = 1};
	uint64_t start = vv_monotonic_ms();
	const char *file = vv_test_path("pid");
	vv_buf script = VV_BUF_INIT;
	long pid;

	(void)state;
	vv_buf_printf(&script, "echo $$ > '%s'; trap '' PIPE; exec sleep 1000", file);
	vv_assert_status(reach(&f, script.data), VV_EIO, &f.err);
	vv_assert_contains(f.err.message, "no data could be received from or sent to '");
	vv_assert_contains(f.err.message, "for 1 second");
	leave(&f);
	vv_buf_clear(&script);
	assert_in_range(vv_monotonic_ms() - start, 900, 12000);
	pid = strtol(vv_test_read(file, NULL), NULL, 10);
	assert_true(pid > 0);
	assert_int_equal(kill((pid_t)pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

/* How reading n bytes one by one, or writing so many, ends; it is given up within seconds. */
static void is_given_up(far *f, const char *script, size_t reads, size_t writes)
{
	static char bytes[1 << 20];
	const uint64_t start = vv_monotonic_ms();
	vv_status rc = reach(f, script);

	if (rc == VV_OK && writes > 0) {
		vv_channel_pace(f->line, 1 << 20, 1);
	}
	for (size_t i = 0; rc == VV_OK && i < reads; i++) {
		rc = vv_channel_read(f->line, bytes, 1, &f->err);
	}
	for (size_t i = 0; rc == VV_OK && i < writes; i += sizeof(bytes)) {
		rc = vv_channel_write(f->line, bytes, sizeof(bytes), &f->err);
	}
	assert_int_equal(rc, VV_EIO);
	leave(f);
	assert_in_range(vv_monotonic_ms() - start, 900, 6000);
}

static void who_drips_is_given_up_wherever_a_frame_ends(void **state)
{
	far f = {.idle_sec = 1};

	(void)state;
	is_given_up(&f, "echo 'varve 1'; while printf x; do sleep 0.1; done", 100, 0);
	vv_assert_contains(f.err.message, "sent or accepted only");
}

static void a_greeting_that_drips_is_given_up(void **state)
{
	far f = {.idle_sec = 1};

	(void)state;
	is_given_up(&f, "while printf x; do sleep 0.1; done", 1, 0);
}

static void who_takes_nothing_is_waited_for_once(void **state)
{
	static char bytes[1 << 20];
	far f = {.idle_sec = 1};
	char c;
	vv_status rc = VV_OK;

	(void)state;
	vv_assert_ok(reach(&f, "echo 'varve 1'; trap '' PIPE; exec sleep 1000"), &f.err);
	for (int i = 0; rc == VV_OK && i < 8; i++) {
		rc = vv_channel_write(f.line, bytes, sizeof(bytes), &f.err);
	}
	assert_int_equal(rc, VV_EIO);
	const uint64_t start = vv_monotonic_ms();
	assert_int_equal(vv_channel_read(f.line, &c, 1, &f.err), VV_EIO);
	assert_in_range(vv_monotonic_ms() - start, 0, 900);
	leave(&f);
}

static void lines_beside_the_protocol_are_no_sign_of_life(void **state)
{
	far f = {.idle_sec = 1};

	(void)state;
	is_given_up(&f, "echo 'varve 1'; while echo x >&2; do sleep 0.1; done", 1, 0);
	vv_assert_contains(f.err.message, "no data could be received from or sent to '");
}

static void who_takes_slowly_is_given_up(void **state)
{
	far f = {.idle_sec = 1};

	(void)state;
	is_given_up(&f, "echo 'varve 1'; while head -c 4096 >/dev/null; do sleep 0.2; done", 0,
		    16 << 20);
}

static void who_says_that_it_works_is_waited_for(void **state)
{
	far f = {.idle_sec = 1};
	vv_frame_reader r;
	uint8_t type;

	(void)state;
	vv_assert_ok(reach(&f,
			   "echo 'varve 1'; head -c 1 >/dev/null;"
			   "for i in 1 2 3 4 5 6 7; do sleep 0.3; printf 'T\\000M\\001x'; done; "
			   "printf '.\\000'; cat"),
		     &f.err);
	vv_assert_ok(vv_channel_write(f.line, "?", 1, &f.err), &f.err);
	vv_assert_ok(vv_channel_turn(f.line, &f.err), &f.err);
	vv_frame_reader_init(&r, f.line, 1000);
	for (int i = 0; i < 15; i++) {
		vv_assert_ok(vv_frame_read(&r, &type, &f.err), &f.err);
	}
	assert_int_equal(type, VV_FRAME_END);
	vv_frame_reader_clear(&r);
	leave(&f);
}

static void stop_soon(void *payload)
{
	vv_sleep_ms(200);
	vv_channel_stop(payload);
}

/* As a peer whose blocks were received from faster peers. */
static void a_wait_that_a_flag_can_end_is_ended_by_a_call_too(void **state)
{
	const char *const argv[] = {"sh", "-c", "exec sleep 20", NULL};
	const vv_program_line program = {.argv = argv, .name = "the peer"};
	const vv_connect_options o = {.env = vv_test_env(), .idle_sec = 15};
	const uint64_t start = vv_monotonic_ms();
	atomic_bool flag;
	vv_channel *c;
	char byte;
	vv_error err;

	(void)state;
	atomic_init(&flag, false);
	vv_assert_ok(vv_channel_program(&c, &program, &o, &err), &err);
	vv_channel_stop_when(c, &flag);
	vv_worker *other = vv_worker_start(stop_soon, c);
	assert_non_null(other);
	assert_int_equal(vv_channel_read(c, &byte, 1, &err), VV_EIO);
	assert_string_equal(err.message, "stopped waiting for 'the peer'");
	vv_worker_join(other);
	vv_channel_close(c);
	assert_true(vv_monotonic_ms() - start < 8000);
}

static void nothing_stays_open(void **state)
{
	size_t before = vv_test_count_entries("/proc/self/fd");
	far f = {0};

	(void)state;
	vv_assert_ok(reach(&f, "echo 'varve 1'; cat"), &f.err);
	ask(&f, "x", "x");
	leave(&f);
	vv_assert_status(reach(&f, "exit 3"), VV_EIO, &f.err);
	leave(&f);
	assert_int_equal(vv_test_count_entries("/proc/self/fd"), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
	vv_connect_options o = {.env = vv_test_env()};
	vv_channel *line;
	vv_error err;
	vv_url url;

	(void)state;
	vv_assert_ok(vv_url_read(&url, "/no/such/folder", &err), &err);
	vv_assert_status(vv_connect(&line, &url, &o, &err), VV_ENOTFOUND, &err);
	assert_string_equal(err.message, "no such repository '/no/such/folder'");
	vv_url_clear(&url);
}

static void a_place_for_blocks_is_no_repository(void **state)
{
	vv_connect_options o = {.env = vv_test_env()};
	vv_channel *line;
	vv_error err;
	vv_url url;

	(void)state;
	vv_assert_ok(vv_url_read(&url, "ipfs+https://gateway.example", &err), &err);
	vv_assert_status(vv_connect(&line, &url, &o, &err), VV_EUSAGE, &err);
	vv_assert_contains(err.message, "' serves only blocks, not a repository");
	vv_url_clear(&url);
}

static vv_status connect_and_ask(void *payload, vv_error *err)
{
	vv_connect_options o = {.env = vv_test_env()};
	vv_channel *line = NULL;
	char got[1];
	vv_url url;
	vv_status rc;

	(void)payload;
	if ((rc = vv_url_read(&url, vv_test_dir(), err)) < 0) return rc;
	o.program = vv_test_path("serve");
	if ((rc = vv_connect(&line, &url, &o, err)) < 0 ||
	    (rc = vv_channel_write(line, "x", 1, err)) < 0 ||
	    (rc = vv_channel_turn(line, err)) < 0) {
		goto done;
	}
	rc = vv_channel_read(line, got, 1, err);
done:
	vv_channel_close(line);
	vv_url_clear(&url);
	return rc;
}

static void every_allocation_and_transfer_may_fail(void **state)
{
	size_t before = vv_test_count_entries("/proc/self/fd");

	(void)state;
	vv_test_write_text(vv_test_path("serve"), "#!/bin/sh\necho 'varve 1'; exec cat\n");
	assert_int_equal(chmod(vv_test_path("serve"), 0755), 0);
	vv_fault_each(VV_FAULT_ALLOC, 0, connect_and_ask, NULL, NULL);
	vv_fault_each(VV_FAULT_WRITE, EIO, connect_and_ask, NULL, NULL);
	assert_int_equal(vv_test_count_entries("/proc/self/fd"), before);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(bytes_go_both_ways_and_are_counted),
	cmocka_unit_test(what_was_written_goes_out_before_an_answer_is_waited_for),
	cmocka_unit_test(pieces_of_any_size_arrive_whole),
	cmocka_unit_test(an_end_in_the_middle_names_the_peer),
	cmocka_unit_test(an_end_between_requests_is_no_error),
	cmocka_unit_test(more_than_the_answer_is_refused),
	cmocka_unit_test(silence_ends_after_the_limit),
	cmocka_unit_test(a_peer_that_never_listens_ends_after_the_limit),
	cmocka_unit_test(a_peer_that_hung_up_is_an_error_and_no_signal),
	cmocka_unit_test(flags_of_the_descriptor_are_put_back),
	cmocka_unit_test(a_folder_is_served_by_a_program),
	cmocka_unit_test(the_repository_of_here_is_not_that_of_there),
	cmocka_unit_test(noise_before_the_greeting_is_overlooked),
	cmocka_unit_test(a_greeting_in_pieces_is_one),
	cmocka_unit_test(nothing_but_noise_is_shown_escaped),
	cmocka_unit_test(a_version_of_the_future_is_named),
	cmocka_unit_test(a_program_that_says_nothing_and_ends_is_an_error),
	cmocka_unit_test(the_last_words_of_a_program_are_the_reason),
	cmocka_unit_test(an_end_in_the_middle_of_an_answer_gives_the_reason),
	cmocka_unit_test(lines_beside_the_protocol_are_passed_on),
	cmocka_unit_test(a_flood_beside_the_protocol_holds_nothing_up),
	cmocka_unit_test(a_program_that_hangs_is_given_up_and_ended),
	cmocka_unit_test(who_drips_is_given_up_wherever_a_frame_ends),
	cmocka_unit_test(a_greeting_that_drips_is_given_up),
	cmocka_unit_test(who_takes_nothing_is_waited_for_once),
	cmocka_unit_test(lines_beside_the_protocol_are_no_sign_of_life),
	cmocka_unit_test(who_takes_slowly_is_given_up),
	cmocka_unit_test(who_says_that_it_works_is_waited_for),
	cmocka_unit_test(a_wait_that_a_flag_can_end_is_ended_by_a_call_too),
	cmocka_unit_test(nothing_stays_open),
	cmocka_unit_test(a_folder_that_is_not_there_is_named),
	cmocka_unit_test(a_place_for_blocks_is_no_repository),
	cmocka_unit_test(every_allocation_and_transfer_may_fail),
};

VV_TEST_SUITE(channel)
