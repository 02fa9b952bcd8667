/*
 * runner: how git is started for a verb, waited for and worded.
 */
#include "repo/git/verb/runner.h"

#include <string.h>

#include "base/path.h"
#include "base/sync.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/refs.h"
#include "repo/git/lock.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"
#include "repo/git/write_turn.h"

#define BY_GIT "VARVE_BY_GIT"
#define TRIES 3u
#define LISTED_MAX 20u
#define BY_SIGNAL 129 /* git's own codes, of usage, end here */

/* --- running ----------------------------------------------------------------------------------- */

/* If this process ends before git, the next varve waits for git. */
static void name_git(void *payload, pid_t pid)
{
	const vv_runner *r = payload;

	if (r->what) {
		vv_later_name_git(r->repo, pid);
	}
}

/* Locks that are older than the note, or without a note than git, are not git's. */
static void begin_life(vv_runner *r)
{
	if (r->note.made.mtime_sec == 0) {
		vv_now(&r->note.made.mtime_sec, &r->note.made.mtime_nsec);
	}
}

static void end_life(const vv_runner *r, vv_status rc, int code)
{
	if (rc == VV_OK && code > BY_SIGNAL) {
		vv_later_sweep_locks(&r->note, r->repo);
	}
}

vv_status vv_runner_list_changed(vv_runner *r, vv_error *err)
{
	/* A file that the filter refuses is one that was changed. */
	static const char *const args[] = {
		"-c", "filter.varve.required=false", "status",       "--porcelain",
		"-z", "--untracked-files=no",        "--no-renames", "--ignore-submodules=all",
		NULL};
	static const char *const more[] = {"GIT_OPTIONAL_LOCKS=1", NULL}; /* it refreshes */
	vv_auto(vv_buf) list = VV_BUF_INIT;
	vv_auto(vv_buf) said = VV_BUF_INIT;
	const vv_git_call run = {.args = args,
				 .repo = r->repo,
				 .in_worktree = true,
				 .durable = true,
				 .more = more,
				 .started = name_git,
				 .started_payload = r,
				 .output = &list};
	int code = 0;

	begin_life(r);
	vv_status rc = vv_git_run(&run, &said, &code, err);
	end_life(r, rc, code);
	if (rc == VV_OK && code != 0) {
		rc = vv_git_explain("cannot list the changed files", &said, code, err);
	}

	for (size_t at = 0; rc == VV_OK && at + 3 < list.len;) {
		const char *path = list.data + at + 3; /* "MM path" */
		const size_t len = strnlen(path, list.len - at - 3);

		vv_buf_put(&r->note.changed, path, len);
		vv_buf_putc(&r->note.changed, '\0');
		at += 3 + len + 1;
	}
	return rc < 0 ? vv_runner_name_disk(r, err) : vv_buf_ok(&r->note.changed, err);
}

/* Lists an untracked file at the place of a new one: a later change of it is not git's. */
static vv_status list_untracked(void *payload, const vv_change *c, vv_error *err)
{
	vv_runner *r = payload;
	vv_auto(char) *file = c->old_mode ? NULL : vv_repository_file(r->repo, c->path);
	vv_stat st;

	if (file && vv_lstat(&st, file, VV_IGNORED) == VV_OK) {
		vv_buf_put(&r->note.changed, c->path, strlen(c->path) + 1);
	}
	return vv_buf_ok(&r->note.changed, err);
}

/* Lists existing changes of the work tree, which may be slow. */
static vv_status look_around(vv_runner *r, vv_error *err)
{
	const vv_oid *from = vv_oid_is_null(&r->from) ? NULL : &r->from;
	vv_status rc = vv_runner_list_changed(r, err);

	return rc < 0 || vv_oid_is_null(&r->to)
		       ? rc
		       : vv_tree_changes(r->repo, from, &r->to, "", list_untracked, r, err);
}

/* Twice: the git that looks around takes locks, too. */
static vv_status write_note(vv_runner *r, vv_error *err)
{
	vv_status rc;

	r->note.what = r->what;
	r->note.from = r->from;
	r->note.locks = true;
	if ((rc = vv_later_write(r->repo, &r->note, err)) < 0 || r->locks) return rc;
	rc = look_around(r, err);
	r->note.to = r->to;
	r->note.ref = r->ref;
	r->note.ref_old = r->ref_old;
	r->note.command = r->command;
	r->note.discards = r->discards;
	r->note.locks = false;
	if (rc < 0 || (rc = vv_later_write(r->repo, &r->note, err)) < 0) {
		(void)vv_later_drop(r->repo, VV_IGNORED);
	}
	return rc;
}

vv_status vv_runner_wait_for_index(vv_repository *repo, vv_error *err)
{
	vv_git_lock lock = {0};
	vv_status rc = vv_git_lock_take(&lock, repo, repo->index_file, err);

	vv_git_lock_release(&lock);
	return rc;
}

static vv_status run_once(vv_runner *r, vv_error *err)
{
	vv_auto(char) *by = vv_asprintf(BY_GIT "=%s", vv_repository_gitdir(r->repo));
	const size_t count = vv_texts_count(r->more);

	vv_auto_free const char **more = vv_calloc(count + 2, sizeof(*more));
	if (!by || !more) return vv_fail_nomem(err);
	more[0] = by;
	for (size_t i = 0; i < count; i++) {
		more[i + 1] = r->more[i];
	}
	const vv_git_call run = {.args = r->args,
				 .repo = r->repo,
				 .in_worktree = true,
				 .durable = true,
				 .dir = r->dir,
				 .more = more,
				 .input = r->input,
				 .len = r->len,
				 .terminal = r->terminal,
				 .started = name_git,
				 .started_payload = r,
				 .output = &r->output};
	vv_buf_reset(&r->output);
	vv_buf_reset(&r->said);
	return vv_git_run(&run, &r->said, &r->code, err);
}

/* The path, which git does not translate. One that it could not write is its own, and files may have moved already. */
static bool found_lock(const vv_runner *r)
{
	const char *said = vv_buf_cstr(&r->said);

	return r->code != 0 && strstr(said, "index.lock'") != NULL &&
	       !strstr(said, "index.lock' write error");
}

vv_status vv_runner_begin(vv_runner *r, vv_error *err)
{
	vv_status rc;

	r->code = -1;
	if (r->begun) return VV_OK;
	/* git sees objects only once they are written; and an index of ours is durable before a ref moves. */
	if ((!r->undoes && ((rc = vv_repository_flush(r->repo, err)) < 0 ||
			    (rc = vv_repository_settle(r->repo, err)) < 0)) ||
	    (rc = vv_runner_wait_for_index(r->repo, err)) < 0 ||
	    (r->what && (rc = write_note(r, err)) < 0)) {
		return rc;
	}
	begin_life(r);
	r->begun = true;
	return VV_OK;
}

vv_status vv_runner_run(vv_runner *r, vv_error *err)
{
	vv_status rc = vv_runner_begin(r, err);

	if (rc < 0) return rc;
	for (unsigned tries = 0; tries < TRIES; tries++) {
		if ((rc = run_once(r, err)) < 0 || !found_lock(r) ||
		    (rc = vv_runner_wait_for_index(r->repo, err)) < 0) {
			break;
		}
	}
	end_life(r, rc, r->code);
	return rc;
}

vv_status vv_runner_later(const vv_runner *r, vv_status rc, vv_error *err)
{
	return rc < 0 && r->code == 0 ? vv_prefix(err, "git succeeded, but a later step failed")
				      : rc;
}

static vv_status add_changed(vv_syncs *syncs, const vv_runner *r, const char *path, vv_error *err)
{
	const vv_stat *made = &r->note.made;
	vv_stat st;

	if (!path) return vv_fail_nomem(err);
	if (vv_lstat(&st, path, VV_IGNORED) < 0 || st.mtime_sec < made->mtime_sec ||
	    (st.mtime_sec == made->mtime_sec && st.mtime_nsec < made->mtime_nsec)) {
		return VV_OK;
	}
	return vv_syncs_add_path(syncs, path, err);
}

/* The folders of loose objects that git has written to. */
static vv_status settle_objects(const vv_runner *r, vv_error *err)
{
	vv_auto(vv_syncs) syncs = {0};
	vv_auto(vv_folder) fans = {0};
	vv_status rc = vv_folder_read(&fans, r->repo->objects, false, err);

	while (rc == VV_OK && vv_folder_next(&fans)) {
		rc = strlen(fans.name) == 2 ? add_changed(&syncs, r, fans.path, err) : VV_OK;
	}
	if (rc < 0 || (rc = add_changed(&syncs, r, r->repo->objects, err)) < 0) return rc;
	return vv_syncs_wait(&syncs, err);
}

static vv_status settle_names(const vv_runner *r, vv_error *err)
{
	vv_auto(vv_syncs) syncs = {0};
	vv_auto(vv_head) head = {0};
	vv_auto(char) *branch = NULL, *file = NULL;
	vv_status rc = vv_head_read(r->repo, &head, err);

	if (rc < 0) return rc;
	if (head.branch) {
		branch = vv_path_join(r->repo->commondir, head.branch, (char *)NULL);
		if (!branch) return vv_fail_nomem(err);
	}
	/* also new folders above it, up to refs */
	while (branch && rc == VV_OK && strlen(branch) > strlen(r->repo->commondir)) {
		rc = add_changed(&syncs, r, branch, err);
		*strrchr(branch, '/') = '\0';
	}
	if (rc < 0) return rc;
	file = vv_path_join(r->repo->gitdir, "HEAD", (char *)NULL);
	if ((rc = add_changed(&syncs, r, file, err)) < 0 ||
	    (rc = add_changed(&syncs, r, r->repo->gitdir, err)) < 0) {
		return rc;
	}
	return vv_syncs_wait(&syncs, err);
}

vv_status vv_runner_settle(const vv_runner *r, vv_error *err)
{
	vv_status rc = settle_objects(r, err);

	return rc < 0 ? rc : settle_names(r, err);
}

void vv_runner_clear(vv_runner *r)
{
	vv_buf_clear_all(&r->output, &r->said);
	vv_later_clear(&r->note);
}

bool vv_runner_is_above(const vv_env *env)
{
	return vv_env_get(env, BY_GIT) != NULL;
}

bool vv_runner_is_here_only(const vv_env *env)
{
	return vv_env_get(env, "VARVE_HERE_ONLY") != NULL;
}

uint64_t vv_runner_smudge_max(const vv_repository *r)
{
	const char *by = vv_env_get(vv_repository_env(r), BY_GIT);

	return by && strcmp(by, vv_repository_gitdir(r)) == 0 && vv_write_turn_is_lent(r)
		       ? VV_RUNNER_SMUDGE_MAX
		       : UINT64_MAX;
}

/* --- words ---------------------------------------------------------------------------------------- */

static bool skip_word(const char **line, size_t *len, const char *word)
{
	const size_t n = strlen(word);
	const bool has = *len >= n && memcmp(*line, word, n) == 0;

	*line += has ? n : 0;
	*len -= has ? n : 0;
	return has;
}

static void tell_line(const vv_notes *notes, const char *line, size_t len)
{
	vv_auto(vv_buf) shown = VV_BUF_INIT;

	vv_text_put_escaped(&shown, line, len);
	if (shown.len > 0) {
		vv_notes_put(notes, "%s", vv_buf_cstr(&shown));
	}
}

/* git's lines about a failure. */
typedef struct words {
	const vv_notes *notes;
	vv_buf message, hint;
	size_t listed;
} words;

static void put_once(vv_buf *b, const char *line, size_t len)
{
	vv_text_put_escaped(b, line, b->len == 0 ? len : 0);
}

static void take_line(words *w, const char *line, size_t len)
{
	if (skip_word(&line, &len, "\t")) {
		if (++w->listed <= LISTED_MAX) {
			vv_notes_put(w->notes, "    %s", vv_text_show(line, len));
		}
	} else if (skip_word(&line, &len, "hint: ")) {
		put_once(&w->hint, line, len);
	} else if (skip_word(&line, &len, "error: ") || skip_word(&line, &len, "fatal: ")) {
		if (len > 0 && line[len - 1] == ':') {
			vv_notes_put(w->notes, "%s", vv_text_show(line, len));
		} else {
			vv_buf_puts(&w->message, w->message.len > 0 ? "; " : "");
			vv_text_put_escaped(&w->message, line, len);
		}
	} else if (w->listed > 0 || w->message.len > 0) { /* "Please commit your changes ..." */
		put_once(&w->hint, line, len);
	} else {
		tell_line(w->notes, line, len);
	}
}

vv_status vv_runner_name_disk(const vv_runner *r, vv_error *err)
{
	return vv_git_name_disk(r->repo, NULL, err);
}

vv_status vv_runner_fail(const vv_runner *r, const char *refused, vv_error *err)
{
	vv_auto(vv_buf) message = VV_BUF_INIT, hint = VV_BUF_INIT;
	words w = {vv_repository_notes(r->repo), VV_BUF_INIT, VV_BUF_INIT, 0};

	for (const char *p = vv_buf_cstr(&r->said); *p;) {
		const size_t len = strcspn(p, "\r\n");

		take_line(&w, p, len);
		p += len + strspn(p + len, "\r\n");
	}
	if (w.listed > LISTED_MAX) {
		vv_notes_put(w.notes, "    ... and %zu more", w.listed - LISTED_MAX);
	}
	message = w.message;
	hint = w.hint;
	if (message.len > 0) {
		(void)vv_fail(err, VV_EREFUSED, "%s", vv_buf_cstr(&message));
	} else if (w.listed > 0) {
		(void)vv_fail(err, VV_EREFUSED, "%s", refused);
	} else {
		(void)vv_fail(err, VV_EREFUSED, "%s: git ended with exit code %d", refused,
			      r->code);
	}
	if (hint.len > 0) {
		(void)vv_hint(err, "%s", vv_buf_cstr(&hint));
	}
	return vv_runner_name_disk(r, err);
}

void vv_runner_tell(const vv_runner *r)
{
	for (const char *p = vv_buf_cstr(&r->said); *p;) {
		const size_t len = strcspn(p, "\r\n");

		tell_line(vv_repository_notes(r->repo), p, len);
		p += len + strspn(p + len, "\r\n");
	}
}

vv_status vv_runner_run_whole(vv_runner *r, const char *refused, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_runner_run(r, err)) < 0 ||
	    (r->code == 0 && (rc = vv_runner_settle(r, err)) < 0) ||
	    (rc = vv_later_drop(r->repo, err)) < 0) {
		return vv_runner_later(r, rc, err);
	}
	if (r->code != 0) return vv_runner_fail(r, refused, err);
	vv_runner_tell(r);
	return VV_OK;
}
