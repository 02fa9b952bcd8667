/*
 * transfer: how a transfer looks from the terminal.
 */
#include "lib/remotes/transfer.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/import_options.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"
#include "repo/git/blob.h"
#include "repo/git/pointer.h"
#include "repo/git/tree.h"

#define ANSWER_MAX 4096u
#define ASK_STEP_MS 50

/* --- asking ----------------------------------------------------------------------------- */

static vv_status read_answer(int fd, vv_buf *out, vv_error *err)
{
	char c;
	ssize_t n = 0;

	while (out->len < ANSWER_MAX && (n = read(fd, &c, 1)) == 1 && c != '\n') {
		vv_buf_putc(out, c);
	}
	if (n < 0) return vv_fail_errno(err, "cannot read from", "/dev/tty");
	return vv_buf_ok(out, err);
}

static vv_status ask_terminal(const char *prompt, bool echo, vv_buf *out, vv_error *err)
{
	struct termios old, quiet;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		return vv_fail(err, VV_EREFUSED,
			       "cannot ask without a terminal\n"
			       "use an ssh agent, a credential helper of Git, or a key without "
			       "passphrase");
	}
	vv_text_put_escaped(&text, prompt, strlen(prompt));
	vv_status rc = vv_write_full(fd, vv_buf_cstr(&text), text.len, "/dev/tty", err);
	bool hidden = rc == VV_OK && !echo && tcgetattr(fd, &old) == 0;
	if (hidden) {
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		hidden = tcsetattr(fd, TCSAFLUSH, &quiet) == 0;
	}
	if (rc == VV_OK) {
		rc = read_answer(fd, out, err);
	}
	if (hidden) {
		(void)tcsetattr(fd, TCSAFLUSH, &old);
		(void)vv_write_full(fd, "\n", 1, "/dev/tty", NULL);
	}
	(void)close(fd);
	return rc;
}

/* Uses the terminal itself, not stdin. Threads that open lines take turns. */
static vv_status ask_user(void *payload VV_UNUSED, const char *prompt, bool echo, vv_buf *out,
			  vv_error *err)
{
	static atomic_flag busy = ATOMIC_FLAG_INIT;

	while (atomic_flag_test_and_set(&busy)) {
		vv_sleep_ms(ASK_STEP_MS);
	}
	vv_status rc = ask_terminal(prompt, echo, out, err);
	atomic_flag_clear(&busy);
	return rc;
}

static void note_line(const vv_transfer *t, const char *line, size_t len)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_text_put_escaped(&b, line, len);
	vv_notes_put(t->notes, "remote: %s", vv_buf_cstr(&b));
}

static void on_line(void *payload, const char *line, size_t len)
{
	const vv_transfer *t = payload;

	if (t->held) {
		vv_buf_put(t->held, line, len);
		vv_buf_putc(t->held, '\n');
	} else {
		note_line(t, line, len);
	}
}

void vv_transfer_tell_lines(const vv_transfer *t, const vv_buf *said)
{
	const char *p = vv_buf_cstr(said), *end = p + said->len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end;
		note_line(t, p, (size_t)(stop - p));
		p = nl ? nl + 1 : end;
	}
}

/* --- connecting ------------------------------------------------------------------------- */

#define IDLE_MAX 86400u

static unsigned idle_seconds(uint64_t sec)
{
	return (unsigned)(sec < IDLE_MAX ? sec : IDLE_MAX);
}

vv_status vv_transfer_open(vv_transfer *t, vv_repository *repo, const vv_notes *notes, bool quiet,
			   uint64_t idle_sec, vv_error *err)
{
	const bool alone = notes && notes->alone;
	unsigned cpus = vv_cpu_count();
	uint64_t usual = 0;
	vv_status rc = repo ? vv_config_u64(repo, "varve.timeout", 0, &usual, err) : VV_OK;

	memset(t, 0, sizeof(*t));
	if (rc < 0) return rc;
	usual = idle_sec > 0 ? idle_sec : usual;
	const uint64_t for_git = usual > 0 ? usual : VV_IDLE_DEFAULT;
	*t = (vv_transfer){
		.git_idle_sec = idle_seconds(for_git),
		.repo = repo,
		.notes = notes,
		.quiet = quiet,
		.start_ms = vv_monotonic_ms(),
		.program = alone ? vv_strdup("varve") : vv_varve_path(),
		.checks = vv_table_checks_new(),
	};
	t->pool = vv_pool_new(cpus > 1 ? cpus - 1 : 0);
	if (!quiet) {
		t->progress = vv_notes_begin(notes);
	}
	if (!t->program || !t->checks || !t->pool) {
		vv_transfer_close(t);
		return vv_fail_nomem(err);
	}
	t->connect = (vv_connect_options){.repo = repo,
					  .program = t->program,
					  .idle_sec = idle_seconds(idle_sec),
					  .usual_sec = idle_seconds(usual),
					  .ask = alone ? NULL : ask_user,
					  .line = on_line,
					  .foreign = &t->foreign,
					  .payload = t};
	return VV_OK;
}

/* --- proofs, stored for the next transfer into this repository ---------------------- */

/* Derived: without it, everything is proved again. */
static vv_status recall_pairs(vv_transfer *t, vv_error *err)
{
	uint64_t secret;
	vv_status rc = VV_OK;

	if (t->remembers || !t->repo) return VV_OK;
	t->remembers = true;
	vv_auto(char) *file = vv_path_join(vv_repository_varvedir(t->repo), "cache", "pairs", NULL);
	if (!file) return vv_fail_nomem(err);
	if (vv_repository_secret(t->repo, &secret, VV_IGNORED) == VV_OK) {
		rc = vv_table_checks_load(t->checks, file, secret, err);
	}
	return rc;
}

void vv_transfer_close(vv_transfer *t)
{
	vv_notes_end(t->notes);
	if (t->checks) {
		(void)vv_table_checks_save(t->checks, VV_IGNORED);
	}
	vv_free_all(t->program, t->coming);
	vv_table_checks_free(t->checks);
	vv_pool_free(t->pool);
	memset(t, 0, sizeof(*t));
}

vv_status vv_transfer_connect(vv_transfer *t, vv_peer **out, const vv_remote *m, bool write,
			      vv_error *err)
{
	vv_connect_options o = t->connect;

	o.write = write;
	o.remote_program = m->program;
	return vv_peer_open(out, write && m->push_url ? m->push_url : m->url, &o, err);
}

/* --- checking received data ------------------------------------------------------------------ */

static vv_status get_incoming(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_incoming_get(payload, cid, out, err);
}

static vv_status check_pointer(vv_repository *with, const vv_table *t, const vv_new_root *v,
			       vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_tree_entry) e = {0};
	bool is = false;
	vv_status rc;

	if ((rc = vv_tree_entry_at(with, &v->commit, v->path, &e, err)) < 0 ||
	    (rc = vv_blob_read(with, &e.id, VV_POINTER_MAX, &text, err)) < 0 ||
	    (rc = vv_root_pointer_is(&is, text.data, text.len, &t->cid, &t->root, err)) < 0) {
		return rc;
	}
	if (!is) {
		rc = vv_fail(err, VV_ECORRUPT, "the pointer does not match its table");
	}
	return rc;
}

vv_status vv_transfer_check(void *payload, vv_repository *with, vv_incoming *in,
			    const vv_new_root *v, vv_error *err)
{
	vv_transfer *t = payload;
	const vv_sink source = {.get = get_incoming, .payload = in};
	vv_auto(vv_table) table = {0};
	vv_status rc = recall_pairs(t, err);

	if (rc < 0) return rc;
	if ((rc = vv_table_open_stored(&table, &source, &v->root, err)) == VV_OK) {
		if ((rc = check_pointer(with, &table, v, err)) == VV_OK) {
			rc = vv_table_checks_next(t->checks, &table, t->pool, t->progress, err);
		}
	}
	if (rc == VV_ECORRUPT || rc == VV_EINPUT || rc == VV_ENOSUPPORT || rc == VV_EREFUSED) {
		vv_prefix(err, "%s: %s in commit %.10s",
			  rc == VV_EREFUSED     ? "the received blocks were rejected"
			  : rc == VV_ENOSUPPORT ? "the received blocks cannot be checked here"
						: "the received blocks are damaged",
			  vv_text_shows(v->path), vv_oid_shows(&v->commit));
	}
	return rc;
}

/* --- telling ---------------------------------------------------------------------------- */

void vv_transfer_tell_sum(const vv_transfer *t, const char *verb, const vv_transfer_sum *s)
{
	bool blocks = t->verbose || (s->commits == 0 && s->versions == 0);
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "%s %s, %s", verb, vv_text_counted(s->commits, "commit", NULL),
		      vv_text_counted(s->versions, "version of a table", "versions of tables"));
	if (blocks) {
		vv_buf_printf(&b, ", %s", vv_text_counted(s->blocks, "block", NULL));
	}
	/* what git brings it does not count */
	if (s->line > 0) {
		vv_buf_puts(&b, " (");
		if (blocks) {
			vv_buf_printf(&b, "%s of data in ", vv_text_bytes(s->bytes));
		}
		vv_buf_printf(&b, "%s on the line, %s/s)", vv_text_bytes(s->line),
			      vv_text_bytes(s->line * 1000 / s->ms));
	}
	if (s->had > 0) {
		vv_buf_printf(&b, "; %s there already",
			      t->verbose ? vv_text_counted(s->had, "block was", "blocks were")
					 : "part of it was");
	}
	vv_notes_put(t->notes, "%s", vv_buf_cstr(&b));
}

static void tell_suppliers(const vv_transfer *t, const vv_supplier *suppliers, size_t count,
			   bool blocks)
{
	size_t several = 0; /* named ones, and those that sent data */

	vv_array_each(suppliers, count, supplier) {
		several += !supplier->unasked || supplier->blocks > 0;
	}
	vv_array_each(suppliers, count, s) {
		if (several > 1 && s->blocks > 0 && !blocks) {
			vv_notes_put(t->notes, "  %s of data from %s", vv_text_bytes(s->bytes),
				     vv_text_url(s->name));
		} else if (several > 1 && s->blocks > 0) {
			vv_notes_put(t->notes, "  %s (%s) from %s",
				     vv_text_counted(s->blocks, "block", NULL),
				     vv_text_bytes(s->bytes), vv_text_url(s->name));
		}
		if (s->dropped && !s->left_out && (blocks || !s->unasked)) {
			vv_notes_warn(t->notes, "stopped waiting for %s: %s", vv_text_url(s->name),
				      s->why.message);
		}
	}
}

static void tell_missing(const vv_transfer *t, const vv_fetch_result *r)
{
	if (r->missing_count > 0) {
		vv_notes_warn(t->notes, "%s of %s lack%s blocks; blocks that no peer had: %s",
			      vv_text_count(r->incomplete),
			      vv_text_counted(r->versions, "version", NULL),
			      r->incomplete == 1 ? "s" : "", vv_text_count(r->missing_count));
		vv_array_each(r->missing, r->missing_shown, it) {
			vv_notes_put(t->notes, "  %s", vv_cid_shows(it));
		}
	}
	if (r->missing_count > 0 && !t->left_out &&
	    r->behind_count == 0) { /* else the skipped refs have more detail */
		vv_notes_hint(t->notes, VV_HINT_BLOCKS_ASK);
	}
}

void vv_transfer_sum_fetch(vv_transfer_sum *out, const vv_transfer *t, const vv_fetch_result *r,
			   const vv_supplier *suppliers, size_t count)
{
	uint64_t line = 0;

	vv_array_each(suppliers, count, s) {
		line += s->peer       ? vv_peer_stats(s->peer).bytes_in
			: s->line > 0 ? s->line
				      : s->bytes;
	}
	*out = (vv_transfer_sum){.commits = r->sum.commits,
				 .versions = r->versions,
				 .blocks = r->received.blocks,
				 .bytes = r->received.bytes,
				 .line = line,
				 .ms = vv_monotonic_ms() - t->start_ms + 1};
}

void vv_transfer_tell_fetch(const vv_transfer *t, const vv_fetch_result *r,
			    const vv_supplier *suppliers, size_t count)
{
	vv_transfer_sum sum;

	vv_notes_end(t->notes);
	if (t->quiet) {
		tell_missing(t, r);
		return;
	}
	vv_transfer_sum_fetch(&sum, t, r, suppliers, count);
	vv_transfer_tell_sum(t, "received", &sum);
	if (r->received.resumed > 0 && t->verbose) {
		vv_notes_put(t->notes, "  %s had already arrived in an interrupted transfer",
			     vv_text_counted(r->received.resumed, "block", NULL));
	} else if (r->received.resumed > 0) {
		vv_notes_put(t->notes,
			     "  part of it had already arrived in an interrupted transfer");
	}
	tell_suppliers(t, suppliers, count, t->verbose);
	tell_missing(t, r);
}
