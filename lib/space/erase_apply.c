/*
 * erase_apply: makes commits, tags, refs, notes and reflogs again, and replaces the old ones in this order.
 */
#include "lib/space/erase_apply.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/judge.h"
#include "lib/worktree/by_git.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/state.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"

#define OWN_REFS "refs/varve/"
#define NOTES_REFS "refs/notes/"
#define LOG_MESSAGE "erase"
#define LOG_MAX ((size_t)1 << 30)

void vv_erase_applied_clear(vv_erase_applied *a)
{
	vv_erase_editor_close(a->editor);
	vv_rewrite_close(a->rewrite);
	vv_string_list_clear(&a->tags);
	*a = (vv_erase_applied){.editor = NULL};
}

/* --- may it be done? ------------------------------------------------------------------------------------ */

static vv_status refuse_kind(vv_repository *r, vv_error *err)
{
	vv_auto(char) *others = vv_path_join(vv_repository_commondir(r), "objects/info/alternates",
					     (char *)NULL);
	vv_status rc;

	if (!others) return vv_fail_nomem(err);
	if ((rc = vv_state_need_none(r, "needs the old commits", err)) < 0) return rc;
	if (vv_repository_is_shallow(r) || vv_repository_is_partial(r)) {
		return vv_fail(err, VV_EREFUSED,
			       "this clone is shallow or partial, so that parts of the history are "
			       "not here\nerase in a complete clone");
	}
	if (vv_exists(others)) {
		return vv_fail(err, VV_EREFUSED,
			       "this clone borrows Git's objects from another repository, which "
			       "would keep them\n'git repack -a -d', then remove '%s'",
			       vv_text_shows(others));
	}
	return VV_OK;
}

static vv_status refuse_heads(vv_repository *r, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_auto(char) *folder = vv_path_join(vv_repository_commondir(r), "worktrees", (char *)NULL);
	vv_auto(vv_folder) trees = {0};
	vv_shown_head *heads;
	size_t count;
	vv_status rc;

	if ((rc = vv_head_read(r, &head, err)) < 0) return rc;
	if (head.detached) {
		(void)vv_fail(err, VV_EREFUSED,
			      "HEAD is not on a branch, so no branch would get the new commits");
		return vv_hint_code(err, VV_HINT_SWITCH, "BRANCH");
	}
	if (!folder) return vv_fail_nomem(err);
	if ((rc = vv_folder_read(&trees, folder, true, err)) < 0) return rc;
	if (vv_folder_next(&trees)) {
		return vv_fail(
			err, VV_EREFUSED,
			"this repository has several work trees, and files and reflogs of the "
			"others would stay\n"
			"remove them with 'git worktree remove' first ('%s')",
			vv_text_shows(trees.name));
	}
	if ((rc = vv_heads_list(&heads, &count, r, err)) < 0) return rc;
	vv_heads_free(heads, count);
	if (count == 0) return VV_OK;
	return vv_fail(
		err, VV_EREFUSED,
		"%s lists the old commits, and only its signer can sign new ones\n"
		"remove the refs below refs/varve/heads/ first; after the erasure, sign again",
		vv_text_counted(count, "signed head", NULL));
}

static vv_status refuse_changes(vv_repository *r, vv_error *err)
{
	static const char *const args[] = {
		"--no-optional-locks",      "status", "--porcelain", "-z", "--untracked-files=no",
		"--ignore-submodules=none", NULL};
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	const vv_git_call call = {
		.args = args, .repo = r, .dir = vv_repository_workdir(r), .output = &lines};
	vv_status rc;

	if (vv_repository_is_bare(r)) return VV_OK;
	if ((rc = vv_git_must(&call, "cannot compare the work tree", err)) < 0) return rc;
	if (lines.len == 0) return VV_OK;
	return vv_fail(err, VV_EREFUSED,
		       "%s has uncommitted changes\ncommit them, or stash them with 'git stash'",
		       vv_text_shows(lines.len > 3 ? vv_buf_cstr(&lines) + 3 : "the index"));
}

vv_status vv_erase_may_apply(vv_repository *r, vv_error *err)
{
	vv_status rc;

	if ((rc = refuse_kind(r, err)) < 0 || (rc = refuse_heads(r, err)) < 0) return rc;
	return refuse_changes(r, err);
}

/* --- the new history -------------------------------------------------------------------------------------- */

typedef struct new_history {
	vv_erase *found;
	vv_erase_applied *out;
	vv_repository *repo;
	vv_head head;
	vv_ref *refs;
	vv_oid *now; /* of each ref */
	size_t ref_count, ref_cap;
} new_history;

static void new_history_clear(new_history *h)
{
	vv_array_clear(h->refs, h->ref_count, it, vv_ref_clear(it));
	vv_free(h->now);
	vv_head_clear(&h->head);
}
VV_AUTO_CLEAR(new_history, new_history_clear)

static vv_status edit_folder(void *payload, vv_folder_edit *f, vv_error *err)
{
	new_history *h = payload;

	vv_array_each(f->entries, f->count, entry) {
		vv_auto(vv_buf) path = VV_BUF_INIT;
		vv_oid id;
		vv_status rc;

		if (!S_ISREG(entry->mode)) {
			continue;
		}
		vv_buf_printf(&path, "%s%s", f->path, entry->name);
		if ((rc = vv_buf_ok(&path, err)) < 0 ||
		    (rc = vv_erase_edit_blob(&id, h->out->editor, vv_buf_cstr(&path), &entry->id,
					     err)) < 0) {
			return rc;
		}
		f->changed |= !vv_oid_equal(&id, &entry->id);
		entry->id = id;
	}
	return VV_OK;
}

static vv_status edit_words(void *payload, const char *text, size_t len, vv_buf *out, bool *changed,
			    vv_error *err)
{
	const new_history *h = payload;

	*changed |= vv_erase_values_mask(h->found->values, text, len, VV_ERASED, out);
	return vv_erase_values_ok(h->found->values, err);
}

static vv_status add_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	new_history *h = payload;
	const vv_ref copy = {.id = ref->id, .commit = ref->commit};

	if (ref->symbolic || strncmp(ref->name, OWN_REFS, strlen(OWN_REFS)) == 0) return VV_OK;
	if (!vv_array_add(h->refs, h->ref_count, h->ref_cap, copy)) return vv_fail_nomem(err);
	h->refs[h->ref_count - 1].name = vv_strdup(ref->name);
	return vv_alloc_ok(h->refs[h->ref_count - 1].name, err);
}

/* All commits, parents first, and then the objects of refs. */
static vv_status make_history(new_history *h, vv_error *err)
{
	vv_rewrite *w = h->out->rewrite;
	const vv_erase_commits *c = &h->found->history;
	vv_oid id;
	vv_status rc;

	for (size_t i = c->count; i-- > 0;) {
		if ((rc = vv_rewrite_commit(w, &c->nodes[i].id, &id, err)) < 0 ||
		    (rc = vv_progress_part(h->found->progress, "commits", c->count - i, c->count,
					   err)) < 0) {
			return rc;
		}
	}
	if ((rc = vv_refs_each(h->repo, "refs/", add_ref, h, err)) < 0) return rc;
	if (!(h->now = vv_calloc(h->ref_count + 1, sizeof(*h->now)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < h->ref_count; i++) {
		const size_t before = vv_rewrite_unsigned_tags(w);

		if ((rc = vv_rewrite_object(w, &h->refs[i].id, &h->now[i], err)) < 0 ||
		    (vv_rewrite_unsigned_tags(w) > before &&
		     (rc = vv_string_list_add(&h->out->tags, vv_strdup(h->refs[i].name), err)) <
			     0)) {
			return rc;
		}
	}
	for (size_t i = 0; h->found->also && i < h->found->also->count; i++) {
		if ((rc = vv_rewrite_object(w, &h->found->also->items[i], &id, err)) < 0) return rc;
	}
	return VV_OK;
}

static const vv_oid *new_id(const new_history *h, const vv_oid *old)
{
	return vv_rewrite_new_id(h->out->rewrite, old);
}

/* --- refs, notes and reflogs -------------------------------------------------------------------------------- */

/* The notes of a ref that are of old commits. */
typedef struct old_notes {
	vv_buf pairs; /* "OLD NEW" */
	vv_buf old;
} old_notes;

static void old_notes_clear(old_notes *n)
{
	vv_buf_clear(&n->pairs);
	vv_buf_clear(&n->old);
}
VV_AUTO_CLEAR(old_notes, old_notes_clear)

/* Only those that exist: git notes copy -f removes the note of the new commit if the old one has none. */
static vv_status find_notes(old_notes *out, const new_history *h, const char *ref, vv_error *err)
{
	const char *const args[] = {"notes", "--ref", ref, "list", NULL};
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	const vv_git_call call = {.args = args, .repo = h->repo, .output = &lines};
	const size_t line_len = 2 * VV_OID_TEXT + 2;
	vv_status rc = vv_git_must(&call, "notes cannot be listed", err);
	vv_oid id;

	for (size_t at = 0; rc == VV_OK && at + line_len <= lines.len; at += line_len) {
		if (!vv_oid_parse(&id, lines.data + at + VV_OID_TEXT + 1, VV_OID_TEXT)) {
			return vv_fail(err, VV_EIO,
				       "'git notes list' printed something other than ids");
		}
		const vv_oid *now = new_id(h, &id);
		if (!vv_oid_equal(now, &id)) {
			vv_buf_printf(&out->pairs, "%s ", vv_oid_shows(&id));
			vv_buf_printf(&out->pairs, "%s\n", vv_oid_shows(now));
			vv_buf_printf(&out->old, "%s\n", vv_oid_shows(&id));
		}
	}
	return rc < 0 || (rc = vv_buf_ok(&out->pairs, err)) < 0 ? rc : vv_buf_ok(&out->old, err);
}

static bool is_notes(const vv_ref *ref)
{
	return strncmp(ref->name, NOTES_REFS, strlen(NOTES_REFS)) == 0;
}

/* Calls git notes with the notes of old commits: copies them to the new ones, or removes them. */
static vv_status change_notes(const new_history *h, bool remove, vv_error *err)
{
	for (size_t i = 0; i < h->ref_count; i++) {
		const char *const copies[] = {"notes",   "--ref", h->refs[i].name, "copy", "-f",
					      "--stdin", NULL};
		const char *const removes[] = {
			"notes",   "--ref", h->refs[i].name, "remove", "--ignore-missing",
			"--stdin", NULL};
		vv_auto(old_notes) n = {.pairs = VV_BUF_INIT, .old = VV_BUF_INIT};
		vv_status rc;

		if (!is_notes(&h->refs[i])) {
			continue;
		}
		if ((rc = find_notes(&n, h, h->refs[i].name, err)) < 0) return rc;
		const vv_buf *input = remove ? &n.old : &n.pairs;
		const vv_git_call call = {.args = remove ? removes : copies,
					  .repo = h->repo,
					  .durable = true,
					  .input = input->data,
					  .len = input->len};
		if (input->len > 0 &&
		    (rc = vv_git_must(&call, "notes cannot be changed", err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status move_refs(new_history *h, bool notes, vv_error *err)
{
	vv_auto_free vv_ref_change *changes = vv_calloc(h->ref_count + 1, sizeof(*changes));
	size_t count = 0;

	if (!changes) return vv_fail_nomem(err);
	for (size_t i = 0; i < h->ref_count; i++) {
		if (is_notes(&h->refs[i]) == notes && !vv_oid_equal(&h->now[i], &h->refs[i].id)) {
			changes[count++] = (vv_ref_change){
				.name = h->refs[i].name, .id = &h->now[i], .old = &h->refs[i].id};
		}
	}
	h->out->refs += count;
	return count == 0 ? VV_OK : vv_refs_update(h->repo, changes, count, LOG_MESSAGE, err);
}

static bool read_ids(vv_oid *old, vv_oid *now, const char *line, size_t len)
{
	return len > 2 * VV_OID_TEXT + 2 && vv_oid_parse(old, line, VV_OID_TEXT) &&
	       vv_oid_parse(now, line + VV_OID_TEXT + 1, VV_OID_TEXT);
}

/* Appends a line "OLD NEW NAME <EMAIL> TIME ZONE<TAB>MESSAGE" with new ids. The line of the erasure itself is left
 * out. */
static vv_status put_log_line(vv_buf *out, const new_history *h, const char *line, size_t len,
			      vv_error *err)
{
	static const char own[] = "\t" LOG_MESSAGE;
	const size_t ids = 2 * VV_OID_TEXT + 2;
	vv_erase_values *values = h->found->values;
	vv_oid old, now;

	if (!read_ids(&old, &now, line, len)) {
		vv_buf_put(out, line, len);
		return vv_buf_ok(out, err);
	}
	const vv_oid *from = new_id(h, &old), *to = new_id(h, &now);
	const bool is_own = len > strlen(own) &&
			    memcmp(line + len - strlen(own), own, strlen(own)) == 0;
	if (is_own && vv_oid_equal(from, to)) return VV_OK;
	vv_buf_printf(out, "%s ", vv_oid_shows(from));
	vv_buf_printf(out, "%s ", vv_oid_shows(to));
	if (values) {
		(void)vv_erase_values_mask(values, line + ids, len - ids, VV_ERASED, out);
	} else {
		vv_buf_put(out, line + ids, len - ids);
	}
	vv_buf_putc(out, '\n');
	return vv_buf_ok(out, err);
}

static vv_status change_log(const new_history *h, const char *file, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT, out = VV_BUF_INIT;
	vv_status rc = vv_read_regular(&text, file, LOG_MAX, err);

	for (size_t at = 0, len; rc == VV_OK && at < text.len; at += len + 1) {
		const char *end = memchr(text.data + at, '\n', text.len - at);

		len = end ? (size_t)(end - text.data) - at : text.len - at;
		rc = put_log_line(&out, h, text.data + at, len, err);
	}
	if (rc < 0 || (out.len == text.len && memcmp(out.data, text.data, out.len) == 0)) return rc;
	return vv_write_file(file, vv_buf_cstr(&out), out.len, true, err);
}

/* Changes all reflogs below the folder dir. */
static vv_status change_logs(const new_history *h, const char *dir, vv_error *err)
{
	vv_auto(vv_string_list) folders = {0};
	vv_stat st;
	vv_status rc = vv_string_list_add(&folders, vv_strdup(dir), err);

	for (size_t i = 0; rc == VV_OK && i < folders.count; i++) {
		vv_auto(vv_folder) f = {0};

		rc = vv_folder_read(&f, folders.items[i], true, err);
		while (rc == VV_OK && vv_folder_next(&f)) {
			if ((rc = vv_lstat(&st, f.path, err)) < 0) {
				rc = vv_missing_ok(rc, err);
			} else if (S_ISDIR(st.mode)) {
				rc = vv_string_list_add(&folders, vv_strdup(f.path), err);
			} else {
				rc = change_log(h, f.path, err);
			}
		}
	}
	return rc;
}

/* Notes first: without a reflog, a later run does not find the old commits. */
static vv_status replace_refs(new_history *h, vv_error *err)
{
	vv_status rc;

	if ((rc = move_refs(h, true, err)) < 0 || (rc = change_notes(h, false, err)) < 0) {
		return rc;
	}
	return move_refs(h, false, err);
}

/* The refs have moved. Reflogs last: a killed run leaves those that the next one changes. */
static vv_status replace_logs(const new_history *h, vv_error *err)
{
	vv_auto(char) *logs = vv_path_join(vv_repository_commondir(h->repo), "logs", (char *)NULL);
	vv_status rc = logs ? change_notes(h, true, err) : vv_fail_nomem(err);

	if (rc == VV_OK) {
		rc = change_logs(h, logs, err);
	}
	return rc < 0 ? vv_prefix(err, "the refs have moved; the same command finishes") : VV_OK;
}

/* --- the files of the work tree --------------------------------------------------------------------------------- */

/* git does not sync the files that it writes, nor their folders. */
static vv_status sync_file(void *payload, const vv_change *c, vv_error *err)
{
	const new_history *h = payload;
	vv_auto(char) *file = vv_repository_file(h->repo, c->path);
	vv_auto(char) *dir = file ? vv_path_dir(file) : NULL;

	if (!dir) return vv_fail_nomem(err);
	if (!S_ISREG(c->new_mode) || !vv_exists(file)) return VV_OK;
	const vv_status rc = vv_fsync_path(file, err);
	return rc < 0 ? rc : vv_fsync_dir(dir, err);
}

/* Files and index follow the branch; then the refs move. */
static vv_status change_files(new_history *h, const vv_oid *now, vv_error *err)
{
	char before[VV_OID_TEXT + 1], after[VV_OID_TEXT + 1];
	const char *const args[] = {"read-tree", "-m", "-u", before, after, NULL};
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_auto(vv_by_git) b = {.git = {.repo = h->repo,
					.args = args,
					.what = "the erasure",
					.from = h->head.commit,
					.to = *now},
				.keep = true};
	vv_status rc = vv_dataset_reader_open(&reader, h->repo, NULL, err);

	vv_oid_text(before, &h->head.commit);
	vv_oid_text(after, now);
	b.reader = reader;
	if (rc < 0 || (rc = vv_by_git_refresh_index(&b, "nothing was erased", err)) < 0 ||
	    (rc = vv_by_git_expect_all(&b, err)) < 0 ||
	    (rc = vv_by_git_run(&b, "nothing was erased", err)) < 0) {
		return rc;
	}
	if ((rc = vv_tree_changes(h->repo, &h->head.commit, now, "", sync_file, h, err)) < 0 ||
	    (rc = replace_refs(h, err)) < 0) {
		return vv_by_git_undo(&b, rc);
	}
	return vv_later_drop(h->repo, err);
}

vv_status vv_erase_apply(vv_erase_applied *out, vv_erase *found, const char *cells,
			 vv_erase_ready_fn ready, void *payload, vv_repository *r, vv_error *err)
{
	vv_auto(new_history) h = {.found = found, .out = out, .repo = r};
	vv_status rc;

	if ((rc = vv_erase_editor_open(&out->editor, r, found, cells, err)) < 0 ||
	    (rc = vv_rewrite_open(&out->rewrite, r, false, edit_folder, &h, err)) < 0) {
		return rc;
	}
	if (found->values) {
		vv_rewrite_texts(out->rewrite, edit_words);
	}
	if ((rc = vv_head_read(r, &h.head, err)) < 0 || (rc = make_history(&h, err)) < 0 ||
	    (rc = vv_erase_editor_finish(out->editor, err)) < 0 ||
	    (rc = vv_repository_flush(r, err)) < 0 || (rc = ready(payload, out, err)) < 0) {
		return rc;
	}
	const vv_oid *now = new_id(&h, &h.head.commit);
	const bool files = !vv_repository_is_bare(r) && !h.head.unborn &&
			   !vv_oid_equal(now, &h.head.commit);
	rc = files ? change_files(&h, now, err) : replace_refs(&h, err);
	return rc < 0 ? rc : replace_logs(&h, err);
}
