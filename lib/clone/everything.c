/*
 * everything: selects the files to migrate, and replaces the old history in this order: contents, proof, commits,
 * notes, files, refs.
 *
 * It walks the history twice: first it finds and stores all contents; then, with nothing missing, it writes trees and
 * commits.
 */
#include "lib/clone/everything.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "lib/clone/everything_internal.h"
#include "lib/tables/dataset_reader.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/by_git.h"
#include "repo/git/history/history.h"
#include "repo/git/history/rewrite.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"

#define PLACE "varve-place" /* an attribute */

static void migration_clear(migration *m)
{
	vv_array_clear(m->refs, m->ref_count, it, vv_ref_clear(it));
	vv_free_all(m->ranges, m->used, m->usual);
	vv_attr_text_close(m->places);
	vv_head_clear(&m->head);
}
VV_AUTO_CLEAR(migration, migration_clear)

void vv_migrate_result_clear(vv_migrate_result *r)
{
	vv_migrated_close(r->contents);
	vv_free(r->map);
	memset(r, 0, sizeof(*r));
}

/* --- which files ------------------------------------------------------------------------- */

/* Lines "PATTERN varve-place=PLACE", as of a .gitattributes file. */
static vv_status read_patterns(migration *m, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	m->patterns = m->o->patterns;
	m->pattern_count = m->o->pattern_count;
	if (m->pattern_count == 0 && !m->o->export) {
		size_t all = 0;

		while (vv_endings[all].pattern) {
			all++;
		}
		if (!(m->usual = vv_calloc(all + 1, sizeof(*m->usual)))) return vv_fail_nomem(err);
		for (const vv_ending *e = vv_ending_of_rows(vv_endings); e;
		     e = vv_ending_of_rows(e + 1)) {
			m->usual[m->pattern_count++] = e->pattern;
		}
		m->patterns = m->usual;
	}
	if (!(m->used = vv_calloc(m->pattern_count + 1, sizeof(*m->used)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < m->pattern_count; i++) {
		if (*m->patterns[i] == '!' || strpbrk(m->patterns[i], " \t\r\n\"") ||
		    !*m->patterns[i]) {
			return vv_fail(
				err, VV_EUSAGE,
				"'%s' is not a valid pattern for --everything\na pattern "
				"cannot be empty, begin with '!', or contain blanks or quotes",
				vv_text_shows(m->patterns[i]));
		}
		vv_buf_printf(&text, "%s " PLACE "=%zu\n", m->patterns[i], i);
	}
	vv_status rc = vv_buf_ok(&text, err);
	return rc < 0 || m->pattern_count == 0
		       ? rc
		       : vv_attr_text_open(&m->places, m->repo, "", &text, PLACE, err);
}

vv_status migration_matches(migration *m, const char *path, bool *out, vv_error *err)
{
	const char *place = "";
	char *end;
	vv_status rc;

	*out = m->pattern_count == 0;
	if (*out) return VV_OK;
	if ((rc = vv_attr_text_ask(m->places, path, &place, err)) < 0) return rc;
	const size_t at = (size_t)strtoul(place, &end, 10);
	*out = end > place;
	if (*out) {
		m->used[at] = true;
	}
	return VV_OK;
}

vv_status migration_write_blob(const migration *m, const vv_buf *text, vv_oid *out, vv_error *err)
{
	const vv_status rc = vv_buf_ok(text, err);

	if (rc < 0) return rc;
	if (!m->writing) return vv_blob_id(vv_buf_cstr(text), text->len, out, err);
	return vv_blob_write(m->repo, vv_buf_cstr(text), text->len, out, err);
}

/* Do lines assign a path to varve that other lines would assign to another filter without them? If Git LFS got a
 * table's text in this way, each clone would be dirty. */
static vv_status is_given_away(migration *m, const vv_folder_edit *f, const vv_buf *before,
			       const vv_buf *after, bool *out, vv_error *err)
{
	vv_auto(vv_attr_text) *was = NULL, *is = NULL;
	const size_t len = strlen(f->path);
	size_t count;
	const vv_migrated_path *paths = vv_migrated_paths_now(m->out->contents, &count);
	vv_status rc;

	*out = false;
	if (!strstr(vv_buf_cstr(after), "filter")) return VV_OK;
	if ((rc = vv_attr_text_open(&was, m->repo, f->path, before, "filter", err)) < 0 ||
	    (rc = vv_attr_text_open(&is, m->repo, f->path, after, "filter", err)) < 0) {
		return rc;
	}
	for (size_t i = 0; !*out && i < count; i++) {
		const char *old, *now;

		if (strncmp(paths[i].path, f->path, len) != 0) {
			continue;
		}
		if ((rc = vv_attr_text_ask(was, paths[i].path, &old, err)) < 0 ||
		    (rc = vv_attr_text_ask(is, paths[i].path, &now, err)) < 0) {
			return rc;
		}
		*out = strcmp(old, "varve") == 0 && strcmp(now, "varve") != 0 &&
		       strcmp(now, "unset") != 0 && strcmp(now, "unspecified") != 0;
	}
	return VV_OK;
}

static vv_status end_tables(migration *m, const vv_folder_edit *f, vv_buf *text, vv_error *err)
{
	vv_auto(vv_buf) before = VV_BUF_INIT;
	bool given_away = false;
	vv_status rc;

	if ((rc = vv_buf_write(&before, text->data, text->len, err)) < 0 ||
	    (rc = vv_attr_drop_filter(text, "varve", false, m->patterns, m->pattern_count, err)) <
		    0 ||
	    (rc = is_given_away(m, f, &before, text, &given_away, err)) < 0 || !given_away) {
		return rc;
	}
	vv_buf_set(text, before.data, before.len);
	return vv_attr_drop_filter(text, "varve", true, m->patterns, m->pattern_count, err);
}

/* The folder's new .gitattributes; the top one gets lines for the tables. */
static vv_status edit_attributes(migration *m, vv_folder_edit *f, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto_free const char **used = NULL;
	vv_folder_entry *e = vv_folder_edit_find(f, ".gitattributes");
	size_t n = 0;
	vv_oid id;
	vv_status rc = VV_OK;

	if (e && (!S_ISREG(e->mode) ||
		  (rc = vv_blob_read(m->repo, &e->id, MIGRATION_TEXT_MAX, &text, err)) < 0)) {
		return rc;
	}
	if (m->o->export) {
		rc = end_tables(m, f, &text, err);
	} else if (f->changed) {
		if (!(used = vv_calloc(m->pattern_count + 1, sizeof(*used)))) {
			return vv_fail_nomem(err);
		}
		for (size_t i = 0; i < m->pattern_count; i++) {
			if (m->used[i]) {
				used[n++] = m->patterns[i];
			}
		}
		if ((rc = vv_attr_drop_filter(&text, "lfs", false, used, n, err)) == VV_OK &&
		    !*f->path) {
			rc = vv_attr_put_tracked(&text, used, n, false, err);
		}
	}
	if (rc < 0 || (text.len == 0 && !e)) return rc;
	if (text.len == 0) {
		vv_folder_edit_remove(f, e);
		return VV_OK;
	}
	rc = migration_write_blob(m, &text, &id, err);
	if (rc < 0) return rc;
	return vv_folder_edit_put(f, ".gitattributes", e ? e->mode : 0100644, &id, err);
}

/* --- folders ----------------------------------------------------------------------------- */

static vv_status edit_file(migration *m, vv_folder_edit *f, size_t at, vv_error *err)
{
	vv_auto(vv_buf) path = VV_BUF_INIT;
	bool wanted = false;
	vv_oid id;
	vv_status rc;

	vv_buf_printf(&path, "%s%s", f->path, f->entries[at].name);
	if ((rc = vv_buf_ok(&path, err)) < 0 || vv_add_never(vv_buf_cstr(&path)) ||
	    (!m->o->export && vv_path_fault(vv_buf_cstr(&path)))) {
		return rc;
	}
	if (!m->o->export && vv_path_ends(f->entries[at].name, ".dvc")) {
		return migration_take_dvc(m, f, at, false, err);
	}
	if (!m->o->export && strcmp(f->entries[at].name, "dvc.lock") == 0) {
		return migration_take_dvc(m, f, at, true, err);
	}
	if ((rc = migration_matches(m, vv_buf_cstr(&path), &wanted, err)) < 0 || !wanted ||
	    (rc = vv_migrated_take(m->out->contents, vv_buf_cstr(&path), &f->entries[at].id, &id,
				   err)) < 0) {
		return rc;
	}
	if (!vv_oid_equal(&id, &f->entries[at].id)) {
		f->entries[at].id = id;
		f->changed = true;
	}
	return VV_OK;
}

static vv_status edit_folder(void *payload, vv_folder_edit *f, vv_error *err)
{
	migration *m = payload;
	size_t count = f->count; /* added entries need no edit */
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		if (S_ISREG(f->entries[i].mode)) {
			rc = edit_file(m, f, i, err);
		}
	}
	return rc == VV_OK && m->writing ? edit_attributes(m, f, err) : rc;
}

/* --- the history ------------------------------------------------------------------------- */

static vv_status take_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	migration *m = payload;

	if (ref->symbolic || vv_oid_is_null(&ref->commit)) return VV_OK;
	char *name = vv_strdup(ref->name);
	return vv_array_own(m->refs, m->ref_count, m->ref_cap, name,
			    (vv_ref){.name = name, .id = ref->id, .commit = ref->commit})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status check_branch(const migration *m, const char *name, vv_error *err)
{
	vv_auto(char) *where = NULL;
	vv_status rc;

	if (strncmp(name, "refs/heads/", strlen("refs/heads/")) != 0 ||
	    (m->head.branch && strcmp(name, m->head.branch) == 0)) {
		return VV_OK;
	}
	if ((rc = vv_branch_checked_out(m->repo, name, &where, err)) < 0 || !where) return rc;
	return vv_fail(err, VV_EREFUSED,
		       "branch '%s' is checked out in '%s'\n"
		       "remove that work tree with 'git worktree remove' first",
		       vv_text_shows(name + strlen("refs/heads/")), vv_text_shows(where));
}

static vv_status read_refs(migration *m, vv_error *err)
{
	vv_oid since = {{0}};
	vv_status rc;

	if ((rc = vv_head_read(m->repo, &m->head, err)) < 0) return rc;
	if (m->head.unborn) {
		return vv_fail(err, VV_EREFUSED, "no commits yet, so there is nothing to migrate");
	}
	if (m->head.detached) {
		(void)vv_fail(err, VV_EREFUSED,
			      "HEAD is not on a branch, so no branch would get the new commits");
		return vv_hint_code(err, VV_HINT_SWITCH, "BRANCH");
	}
	if ((m->o->since && (rc = vv_rev_commit(m->repo, m->o->since, &since, err)) < 0) ||
	    (rc = vv_refs_each(m->repo, "refs/heads/", take_ref, m, err)) < 0 ||
	    (rc = vv_refs_each(m->repo, "refs/tags/", take_ref, m, err)) < 0) {
		return rc;
	}
	if (!(m->ranges = vv_calloc(m->ref_count + 1, sizeof(*m->ranges)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < m->ref_count; i++) {
		if ((rc = check_branch(m, m->refs[i].name, err)) < 0) return rc;
		m->ranges[i] = (vv_range){.include = m->refs[i].commit,
					  .exclude = since,
					  .has_exclude = m->o->since != NULL};
	}
	return VV_OK;
}

/* All commits, parents first. */
static vv_status walk_commits(migration *m, vv_rewrite *w, vv_error *err)
{
	vv_auto(vv_log) *log = NULL;
	vv_log_options o = {
		.ranges = m->ranges, .range_count = m->ref_count, .topo = true, .reverse = true};
	vv_oid id, now;
	int got;
	vv_status rc = vv_log_open(&log, m->repo, &o, err);

	m->out->commits = 0;
	while (rc == VV_OK && (got = vv_log_next(log, &id, err)) != 0) {
		rc = got < 0 ? (vv_status)got : vv_rewrite_commit(w, &id, &now, err);
		m->out->commits++;
		m->out->changed += rc == VV_OK && !m->writing && !vv_oid_equal(&id, &now);
	}
	return rc;
}

/* The first time: contents are stored and compared. */
static vv_status store_contents(migration *m, vv_error *err)
{
	vv_auto(vv_rewrite) *w = NULL;
	vv_status rc;

	if ((rc = vv_migrated_open(&m->out->contents, m->repo, m->o->export, m->o->dry,
				   m->o->progress, err)) < 0 ||
	    (rc = vv_rewrite_open(&w, m->repo, true, edit_folder, m, err)) < 0 ||
	    (rc = walk_commits(m, w, err)) < 0 ||
	    (rc = vv_migrated_finish(m->out->contents, err)) < 0) {
		return rc;
	}
	vv_array_each(m->refs, m->ref_count, ref) {
		vv_oid now;

		if ((rc = vv_rewrite_object(w, &ref->id, &now, err)) < 0) return rc;
		m->out->refs += !vv_oid_equal(&now, &ref->id);
	}
	m->out->unsigned_count = vv_rewrite_unsigned(w);
	return VV_OK;
}

/* --- the refs ---------------------------------------------------------------------------- */

/* The old and new ids, as git filter-repo writes its commit-map. */
static vv_status write_map(migration *m, const vv_buf *pairs, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_buf_puts(&text, "old new\n");
	vv_buf_put(&text, pairs->data, pairs->len);
	m->out->map = vv_path_join(vv_repository_varvedir(m->repo), "migrated", (char *)NULL);
	if (!m->out->map) return vv_fail_nomem(err);
	vv_status rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : vv_write_file(m->out->map, text.data, text.len, true, err);
}

typedef struct notes_copy {
	migration *m;
	const vv_buf *pairs;
} notes_copy;

/* Notes of old commits are those of the new ones too. */
static vv_status copy_notes(void *payload, const vv_ref *ref, vv_error *err)
{
	const notes_copy *n = payload;
	const char *const args[] = {"notes", "--ref", ref->name, "copy", "-f", "--stdin", NULL};
	const vv_git_call call = {.args = args,
				  .repo = n->m->repo,
				  .durable = true,
				  .input = n->pairs->data,
				  .len = n->pairs->len};

	return vv_git_must(&call, "notes cannot be copied", err);
}

static vv_status move_refs(migration *m, vv_rewrite *w, vv_error *err)
{
	vv_auto_free vv_ref_change *changes = vv_calloc(m->ref_count + 1, sizeof(*changes));
	vv_auto_free vv_oid *ids = vv_calloc(m->ref_count + 1, sizeof(*ids));
	size_t n = 0;
	vv_status rc = changes && ids ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; i < m->ref_count && rc == VV_OK; i++) {
		rc = vv_rewrite_object(w, &m->refs[i].id, &ids[i], err);
		if (rc == VV_OK && !vv_oid_equal(&ids[i], &m->refs[i].id)) {
			changes[n++] = (vv_ref_change){
				.name = m->refs[i].name, .id = &ids[i], .old = &m->refs[i].id};
		}
	}
	if (rc < 0) return rc;
	return vv_refs_update(m->repo, changes, n,
			      m->o->export ? "migrate: text again" : "migrate: tables", err);
}

/* The map, notes and refs, in this order. */
static vv_status replace_history(migration *m, vv_rewrite *w, vv_error *err)
{
	vv_auto(vv_buf) pairs = VV_BUF_INIT;
	notes_copy notes = {m, &pairs};
	size_t count;
	const vv_rewritten *c = vv_rewrite_changed(w, &count);
	vv_status rc;

	vv_array_each(c, count, it) {
		vv_buf_printf(&pairs, "%s %s\n", vv_oid_shows(&it->old), vv_oid_shows(&it->now));
	}
	if ((rc = vv_buf_ok(&pairs, err)) < 0 || (rc = write_map(m, &pairs, err)) < 0 ||
	    (rc = vv_refs_each(m->repo, "refs/notes/", copy_notes, &notes, err)) < 0) {
		return rc;
	}
	return move_refs(m, w, err);
}

/* Has the untracked file the bytes that the new commit has? DVC writes its outputs into the work tree. */
static vv_status is_written(const migration *m, const vv_oid *head, const char *path, bool *out,
			    vv_error *err)
{
	vv_auto(vv_tree_entry) e = {.path = NULL};
	vv_status rc = vv_tree_entry_at(m->repo, head, path, &e, err);

	*out = false;
	return rc < 0 ? vv_missing_ok(rc, err)
		      : vv_migrated_is_file(m->out->contents, path, &e.id, out, err);
}

/* Refuses changes that would be lost. */
static vv_status check_changed(const migration *m, const vv_buf *changed, const vv_oid *head,
			       vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_status rc = vv_index_open(&x, m->repo, err);

	for (size_t at = 0; rc == VV_OK && at < changed->len;
	     at += strlen(changed->data + at) + 1) {
		const char *path = changed->data + at;
		vv_index_entry own;
		bool same;

		if (vv_index_get(x, path, &own)) {
			return vv_fail(
				err, VV_EREFUSED,
				"%s has uncommitted changes\ncommit them, or stash them with "
				"'git stash'",
				vv_text_shows(path));
		}
		if ((rc = is_written(m, head, path, &same, err)) == VV_OK && !same) {
			return vv_fail(
				err, VV_EREFUSED,
				"%s is not tracked, and differs from the file that the migration "
				"would write\nmove it elsewhere first",
				vv_text_shows(path));
		}
	}
	return rc;
}

/* Files and index follow HEAD's branch; the refs move last. */
static vv_status change_files(migration *m, vv_rewrite *w, const vv_oid *head, vv_error *err)
{
	char before[VV_OID_TEXT + 1], now[VV_OID_TEXT + 1];
	const char *const args[] = {"read-tree", "-m", "-u", before, now, NULL};
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_auto(vv_by_git) b = {.git = {.repo = m->repo,
					.args = args,
					.what = VV_LATER_MIGRATION,
					.from = m->head.commit,
					.to = *head},
				.keep = true};
	vv_status rc = vv_dataset_reader_open(&reader, m->repo, NULL, err);

	vv_oid_text(before, &m->head.commit);
	vv_oid_text(now, head);
	b.reader = reader;
	if (rc < 0 || (rc = vv_by_git_refresh_index(&b, "not migrated", err)) < 0 ||
	    (rc = vv_by_git_expect_all(&b, err)) < 0 || (rc = vv_runner_begin(&b.git, err)) < 0) {
		return rc;
	}
	if ((rc = check_changed(m, &b.git.note.changed, head, err)) < 0) {
		(void)vv_later_drop(m->repo, VV_IGNORED);
		return rc;
	}
	if ((rc = vv_by_git_run(&b, "not migrated", err)) < 0) return rc;
	if ((rc = replace_history(m, w, err)) < 0) return vv_by_git_undo(&b, rc);
	return vv_later_drop(m->repo, err);
}

/* The second time: trees, commits and tags are written, and take the old ones' place. */
static vv_status write_history(migration *m, vv_error *err)
{
	vv_auto(vv_rewrite) *w = NULL;
	vv_oid head;
	vv_status rc;

	m->writing = true;
	if ((rc = vv_rewrite_open(&w, m->repo, false, edit_folder, m, err)) < 0 ||
	    (rc = walk_commits(m, w, err)) < 0 ||
	    (rc = vv_rewrite_object(w, &m->head.commit, &head, err)) < 0) {
		return rc;
	}
	vv_array_each(m->refs, m->ref_count, ref) {
		vv_oid tag;

		if ((rc = vv_rewrite_object(w, &ref->id, &tag, err)) < 0) return rc;
	}
	if ((rc = vv_repository_flush(m->repo, err)) < 0) return rc;
	return vv_oid_equal(&head, &m->head.commit) ? replace_history(m, w, err)
						    : change_files(m, w, &head, err);
}

vv_status vv_migrate_everything(vv_migrate_result *out, const vv_migrate_options *opts,
				vv_repository *r, vv_error *err)
{
	vv_auto(migration) m = {.o = opts, .repo = r, .out = out};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (vv_repository_is_shallow(r)) {
		return vv_fail(err, VV_EREFUSED,
			       "this clone is shallow, and lacks older commits\n'git fetch "
			       "--unshallow' gets the rest of the history");
	}
	if ((rc = read_patterns(&m, err)) < 0 || (rc = read_refs(&m, err)) < 0 ||
	    (rc = store_contents(&m, err)) < 0 || opts->dry || out->changed == 0) {
		return rc;
	}
	return write_history(&m, err);
}
