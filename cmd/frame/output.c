/*
 * output: stdout, stderr, the pager, colours and progress. The only place that prints, and so the
 * one that removes bytes harmful to a terminal.
 */
#include "cmd/frame/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "repo/git/program.h"

/* pager: which program pages, and how it is run (as Git: GIT_PAGER, core.pager, PAGER,
 * less; by the shell, since users put arguments there).
 */

/* A shell ends with 127 if the program is missing: it has reported that, and all output is shown on
 * the terminal. */
static const char unless_missing[] = "sh -c \"$VARVE_PAGER\"; [ $? -ne 127 ] || exec cat";

static vv_child pager = {.pid = -1};
static int stdout_before = -1; /* stdout, while the pager has its place */

static const char *choose_pager(const char *core_pager)
{
	const char *program = getenv("GIT_PAGER");

	if (!program) {
		program = core_pager;
	}
	if (!program) {
		program = getenv("PAGER");
	}
	if (!program) {
		program = "less";
	}
	return *program == '\0' || strcmp(program, "cat") == 0 ? NULL : program;
}

/* Starts the pager and puts its input in place of stdout. Without a usable pager stdout is
 * unchanged. */
static void pager_begin(const char *core_pager_or_null)
{
	const char *program = choose_pager(core_pager_or_null);
	const char *const argv[] = {"/bin/sh", "-c", unless_missing, NULL};
	vv_auto(vv_buf) variable = VV_BUF_INIT;
	const char *more[4] = {NULL};
	size_t count = 0;

	if (!program || pager.pid > 0) return;
	vv_buf_printf(&variable, "VARVE_PAGER=%s", program);
	more[count++] = vv_buf_cstr(&variable);
	if (!getenv("LESS")) {
		more[count++] = "LESS=FRX";
	}
	if (!getenv("LV")) {
		more[count++] = "LV=-c";
	}
	const vv_run run = {.argv = argv, .env = vv_environ(), .more = more, .talk = true};
	if (vv_buf_ok(&variable, VV_IGNORED) < 0 || vv_run_start(&pager, &run, VV_IGNORED) < 0) {
		return;
	}
	stdout_before = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	dup2(pager.in, STDOUT_FILENO);
	vv_fd_close(&pager.in);
	setenv("GIT_PAGER_IN_USE", "true", 1);
}

static void wait_for_user(void)
{
	int code;

	(void)vv_os_wait(pager.pid, &code); /* an interrupt is meant for the pager */
	pager = VV_CHILD_NONE;
}

/* Closes stdout when a pager has it, and waits until the user has left it. */
static void pager_end(void)
{
	if (pager.pid < 0) return;
	fclose(stdout);
	wait_for_user();
}

/* Puts back the stdout that was before, and waits until the user has left the pager. */
static void pager_leave(void)
{
	if (pager.pid < 0) return;
	dup2(stdout_before, STDOUT_FILENO);
	close(stdout_before);
	wait_for_user();
	unsetenv("GIT_PAGER_IN_USE");
}

/* Progress: one line, rewritten in place at most ten times a second. */
static struct {
	bool shown, over;
	uint64_t start_ms, last_ms;
	const char *what;
} bar;

/* Removes the line with progress, so that a line of output can follow. The next progress shows it again. */
static void remove_bar(void)
{
	if (bar.shown) {
		fputs("\r\033[K", stderr);
	}
	bar.shown = false;
}

static int out_errno;       /* of the first failed write to stdout */
static bool forgiving;      /* EPIPE is not a failure */
static const char *command; /* being run; NULL: outside of one */
static int terminal = -1;   /* is stdout one (or was it, before the pager)? */

static void note_failure(void)
{
	if (out_errno == 0) {
		out_errno = errno ? errno : EIO;
	}
}

/* So much is written at once, and not copied to stdout's buffer, which has 4 KB. */
#define OUT_DIRECT (16u << 10)

static bool write_direct(const char *bytes, size_t len)
{
	if (fflush(stdout) != 0) return false;
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes, len);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

vv_status vv_out_json(const vv_buf *json, vv_error *err)
{
	vv_status rc = vv_buf_ok(json, err);

	if (rc == VV_OK) {
		vv_out_bytes(vv_buf_cstr(json), json->len);
		vv_out("\n");
	}
	return rc;
}

vv_status vv_out_members(unsigned indent, vv_error *err, const vv_json_entry *members, size_t count)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w = vv_json_begin_object(&b, indent);

	vv_json_members_put(&w, members, count);
	vv_json_close_object(&w);
	return vv_out_json(&b, err);
}

static vv_buf first_out = VV_BUF_INIT; /* vv_out_before */

void vv_out_before(const void *text, size_t len)
{
	vv_buf_put(&first_out, text, len);
	if (first_out.failed) {
		errno = ENOMEM;
		note_failure();
	}
}

/* Before output: what vv_out_before was given, without the line with progress. */
static void put_first(void)
{
	vv_auto(vv_buf) first = first_out;

	first_out = (vv_buf)VV_BUF_INIT;
	remove_bar();
	if (first.len > 0) {
		vv_out_raw(first.data, first.len);
	}
}

void vv_out_raw(const void *bytes, size_t len)
{
	if (out_errno || len == 0) return;
	put_first();
	if (len >= OUT_DIRECT) {
		if (!write_direct(bytes, len)) {
			note_failure();
		}
		return;
	}
	if (fwrite(bytes, 1, len, stdout) != len) {
		note_failure();
	}
}

/* Is the code point one that could drive a terminal or turn its text around? */
static bool is_unsafe(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x061c || cp == 0x200e ||
	       cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

/* The length of a character that could drive a terminal or turn its text around and that no colour is
 * made of: DEL, C1, marks of direction; 0: none here. */
static size_t unsafe_here(uint32_t *cp, const char *s, size_t len)
{
	unsigned char first = (unsigned char)*s;

	if (first == 0x7f) {
		*cp = first;
		return 1;
	}
	if (first != 0xc2 && first != 0xd8 && first != 0xe2) return 0;
	size_t n = vv_utf8_decode(cp, s, len);
	return n > 0 && is_unsafe(*cp) ? n : 0;
}

/* JSON may have such characters in strings; there this way to write them means the same. */
static bool put_safe(const char *s, size_t len)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	size_t done = 0, n;
	uint32_t cp;
	bool any = false;

	for (size_t i = 0; i < len; i += n ? n : 1) {
		n = unsafe_here(&cp, s + i, len - i);
		if (n > 0) {
			vv_buf_put(&b, s + done, i - done);
			vv_buf_printf(&b, "\\u%04X", (unsigned)cp);
			done = i + n;
			any = true;
		}
	}
	if (any) {
		vv_buf_put(&b, s + done, len - done);
		if (b.failed) {
			errno = ENOMEM;
			note_failure();
		} else {
			vv_out_raw(b.data, b.len);
		}
	}
	return any;
}

void vv_out_bytes(const void *bytes, size_t len)
{
	if (!vv_out_is_terminal() || !put_safe(bytes, len)) {
		vv_out_raw(bytes, len);
	}
}

void vv_out(const char *fmt, ...)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	va_list ap;
	int n;

	if (out_errno) return;
	va_start(ap, fmt);
	if (vv_out_is_terminal()) {
		vv_buf_vprintf(&b, fmt, ap);
		n = b.failed ? -1 : 0;
		vv_out_bytes(b.data, b.len);
	} else {
		put_first();
		n = vfprintf(stdout, fmt, ap);
	}
	va_end(ap);
	if (n < 0) {
		note_failure();
	}
}

void vv_out_text(const char *s, size_t len)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_text_put_escaped(&b, s, len);
	if (b.failed) {
		errno = ENOMEM;
		note_failure();
	} else {
		vv_out_bytes(b.data, b.len);
	}
}

void vv_out_between(const char *before, const char *text, const char *after)
{
	vv_out("%s", before);
	vv_out_text(text, strlen(text));
	vv_out("%s", after);
}

bool vv_out_failed(void)
{
	return out_errno != 0;
}

/* Messages escape names and values as they are made (vv_text_show); this is the second
 * line of defence, so it leaves backslashes alone, and line ends too. */
static void put_message(vv_buf *b, const char *s)
{
	size_t len = strlen(s), n;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = vv_utf8_decode(&cp, s + i, len - i);
		if (n == 0) {
			n = 1;
			vv_buf_printf(b, "\\x%02X", (unsigned char)s[i]);
		} else if (is_unsafe(cp) && cp != '\n') {
			vv_buf_printf(b, cp < 0x80 ? "\\x%02X" : "\\u{%X}", (unsigned)cp);
		} else {
			vv_buf_put(b, s + i, n);
		}
	}
}

/* The same without memory: characters other than plain ASCII become question marks. */
static void put_plainly(const char *prefix, const char *text)
{
	fputs(prefix, stderr);
	for (; *text; text++) {
		putc((*text >= ' ' && *text < 127) || *text == '\n' ? *text : '?', stderr);
	}
	putc('\n', stderr);
}

static void print_message(const char *prefix, const char *text)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	remove_bar();
	/* keeps the order of outputs if both go to one file */
	if (!out_errno && fflush(stdout) != 0) {
		note_failure();
	}
	vv_buf_puts(&b, prefix);
	put_message(&b, text);
	vv_buf_putc(&b, '\n');
	if (!b.failed) {
		fwrite(b.data, 1, b.len, stderr);
	} else {
		put_plainly(prefix, text);
	}
}

static void message_v(const char *prefix, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
static void message_v(const char *prefix, const char *fmt, va_list ap)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	char text[1024];
	va_list again;

	va_copy(again, ap);
	vv_buf_vprintf(&b, fmt, ap);
	if (b.failed) {
		(void)vsnprintf(text, sizeof text, fmt, again);
	}
	print_message(prefix, b.failed ? text : vv_buf_cstr(&b));
	va_end(again);
}

void vv_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message_v("", fmt, ap);
	va_end(ap);
}

void vv_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message_v("warning: ", fmt, ap);
	va_end(ap);
}

static const char *speaker = "varve: ";

void vv_report_as(const char *prefix)
{
	speaker = prefix;
}

int vv_report(const vv_error *err)
{
	vv_error worded = *err;

	vv_hint_word(&worded, vv_hint_words);
	/* a command that lost its reader prints nothing */
	if (out_errno == EPIPE && err->code == VV_EIO) return VV_EXIT_TROUBLE;
	print_message(speaker, err->message[0] ? err->message : "unknown error");
	if (worded.hint[0]) {
		print_message("hint: ", worded.hint);
	} else if (err->gap == VV_GAP_LOST) {
		print_message(
			"hint: ",
			"'varve fetch --data --from URL REV PATH' gets the blocks of a version from another clone");
	} else if (err->gap == VV_GAP_FETCHABLE) {
		print_message(
			"hint: ",
			"'varve fetch --data REV PATH' gets the blocks of a version from the remote, or with --from URL from another repository");
	} else if (err->code == VV_ECORRUPT) {
		print_message("hint: ", "'varve fsck' lists the damage, and names what repairs it");
	}
	return err->code == VV_ECONFLICT || err->lost ? VV_EXIT_NO : VV_EXIT_TROUBLE;
}

int vv_report_trouble(const vv_error *err)
{
	vv_report(err);
	return VV_EXIT_TROUBLE;
}

void vv_out_command(const char *name)
{
	command = name;
}

int vv_usage_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message_v(speaker, fmt, ap);
	va_end(ap);
	if (command) {
		vv_note("hint: try 'varve %s -h'", command);
	} else {
		vv_note("hint: try 'varve help'");
	}
	return VV_EXIT_TROUBLE;
}

int vv_check_json(bool json, bool lists, const char *list_command)
{
	return lists || !json
		       ? VV_EXIT_OK
		       : vv_usage_error("--json is accepted only for a list, as in 'varve %s'",
					list_command);
}

int vv_out_finish(int code)
{
	remove_bar();
	if (!out_errno && (fflush(stdout) != 0 || ferror(stdout))) {
		note_failure();
	}
	pager_end();
	if (out_errno == 0) return code;
	if (out_errno == EPIPE && forgiving) return VV_EXIT_OK;
	if (out_errno != EPIPE) {
		vv_error err;

		vv_fail(&err, VV_EIO, "cannot write the output: %s", strerror(out_errno));
		print_message(speaker, err.message);
	}
	return VV_EXIT_TROUBLE;
}

void vv_out_look_for_reader(void)
{
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	if (poll(&p, 1, 0) > 0 && (p.revents & POLLERR) != 0 && out_errno == 0) {
		out_errno = EPIPE;
	}
}

void vv_out_forgive_reader(void)
{
	forgiving = true;
}

int vv_out_end(int code)
{
	sigset_t set;

	code = vv_out_finish(code);
	if (out_errno == EPIPE && !forgiving) {
		(void)fflush(stderr);
		(void)signal(SIGPIPE, SIG_DFL);
		sigemptyset(&set);
		sigaddset(&set, SIGPIPE);
		(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
		(void)raise(SIGPIPE);
	}
	return code;
}

void vv_out_flush(void)
{
	if (!out_errno && fflush(stdout) != 0) {
		note_failure();
	}
}

bool vv_out_is_terminal(void)
{
	if (terminal < 0) {
		terminal = isatty(STDOUT_FILENO);
	}
	return terminal > 0;
}

unsigned vv_out_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize ws;
	uint64_t n;

	if (columns && vv_parse_u64(&n, columns, strlen(columns)) && n >= 20 && n <= 10000) {
		return (unsigned)n;
	}
	if (vv_out_is_terminal() &&
	    (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 ||
	     ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == 0) &&
	    ws.ws_col >= 20) {
		return ws.ws_col;
	}
	return 80;
}

unsigned vv_out_limit(void)
{
	return vv_out_is_terminal() || getenv("COLUMNS") ? vv_out_width() : 0;
}

unsigned vv_out_height(void)
{
	struct winsize ws;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 ? ws.ws_row : 24;
}

static const char *chosen;

void vv_color_choose(const char *when)
{
	chosen = when;
}

static bool uses_color(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (chosen && strcmp(chosen, "auto") != 0) return strcmp(chosen, "always") == 0;
	return vv_out_is_terminal() && !(no_color && *no_color) && term &&
	       strcmp(term, "dumb") != 0;
}

const char *vv_color_on(vv_color c)
{
	static const char *const codes[] = {
		[VV_PLAIN] = "",        [VV_BOLD] = "\033[1m",   [VV_DIM] = "\033[2m",
		[VV_RED] = "\033[31m",  [VV_GREEN] = "\033[32m", [VV_YELLOW] = "\033[33m",
		[VV_BLUE] = "\033[34m", [VV_CYAN] = "\033[36m",
	};

	return uses_color() ? codes[c] : "";
}

const char *vv_color_off(void)
{
	return uses_color() ? "\033[0m" : "";
}

void vv_out_page(const char *core_pager_or_null)
{
	if (!vv_out_is_terminal() || fflush(stdout) != 0) return;
	pager_begin(core_pager_or_null);
}

void vv_out_page_end(void)
{
	bool left = fflush(stdout) != 0 || out_errno == EPIPE;
	int nowhere = left ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;

	if (nowhere >= 0) {
		dup2(nowhere, STDOUT_FILENO); /* for what stdio still has */
		(void)fflush(stdout);
		close(nowhere);
		clearerr(stdout);
		out_errno = 0;
	}
	pager_leave();
}

vv_status vv_out_to(const char *path, bool empty, vv_error *err)
{
	static int before = -1;
	const int how = O_WRONLY | O_CREAT | O_CLOEXEC | (empty ? O_TRUNC : O_APPEND),
		  fd = path ? open(path, how, 0666) : before;
	vv_status rc = VV_OK;

	if (fd < 0) return vv_fail_errno(err, "cannot open", path ? path : "");
	vv_out_flush();
	if (path) {
		before = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	} else if (out_errno || ferror(stdout)) {
		errno = out_errno ? out_errno : EIO;
		rc = vv_fail_errno(err, "cannot write the output", NULL);
		out_errno = 0;
		clearerr(stdout);
	}
	dup2(fd, STDOUT_FILENO);
	close(fd);
	terminal = -1; /* determined again */
	return rc;
}

/* Is it time to write the line again? *ms: since this work began. */
static bool bar_is_due(const char *what, uint64_t *ms)
{
	uint64_t now = vv_monotonic_ms();

	if (bar.what != what) {
		bar.what = what;
		bar.start_ms = now;
	}
	*ms = now - bar.start_ms;
	if (bar.over || *ms < 1000 || now - bar.last_ms < 100) return false;
	bar.last_ms = now;
	bar.shown = true;
	return true;
}

static void put_left(uint64_t ms, uint64_t done, uint64_t total)
{
	if (done > 0 && total > done) {
		uint64_t left = (uint64_t)((double)ms * ((double)(total - done) / (double)done));

		fprintf(stderr, ", %s left", vv_text_seconds(left / 1000 * 1000));
	}
	fflush(stderr);
}

static bool update_bar(void *payload VV_UNUSED, const char *what, uint64_t done, uint64_t total)
{
	uint64_t ms;

	if (!bar_is_due(what, &ms)) return true;
	fprintf(stderr, "\r\033[K%s: %s", what, vv_text_bytes(done));
	if (total > 0 && done <= total) {
		fprintf(stderr, " of %s", vv_text_bytes(total));
	}
	fprintf(stderr, ", %s/s", vv_text_bytes(done / (ms / 100) * 10));
	put_left(ms, done, total);
	return true;
}

static bool update_part(void *payload VV_UNUSED, const char *what, uint64_t done, uint64_t total)
{
	uint64_t ms;

	if (total == 0 || done > total || !bar_is_due(what, &ms)) return true;
	fprintf(stderr, "\r\033[K%s: %u %%", what, (unsigned)((double)done * 100 / (double)total));
	put_left(ms, done, total);
	return true;
}

const vv_progress *vv_progress_begin(void)
{
	static const vv_progress p = {update_bar, NULL, update_part};

	if (!isatty(STDERR_FILENO)) return NULL;
	bar.shown = bar.over = false;
	bar.what = NULL;
	bar.last_ms = 0;
	return &p;
}

void vv_progress_stop(void)
{
	remove_bar();
	bar.over = true;
}

static void put_note(void *payload VV_UNUSED, vv_note_kind kind, const char *line)
{
	print_message(kind == VV_NOTE_WARNING ? "warning: " : "", line);
}

static const vv_progress *begin_bar(void *payload VV_UNUSED)
{
	return vv_progress_begin();
}

static void end_bar(void *payload VV_UNUSED)
{
	remove_bar();
}

const vv_notes vv_notes_stderr = {.note = put_note,
				  .begin = begin_bar,
				  .end = end_bar,
				  .words = vv_hint_words};
