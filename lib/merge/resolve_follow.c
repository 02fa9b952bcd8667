/*
 * resolve_follow: two rows with one key. Notes which of them are removed, and which get another key; and merges other
 * tables again, with references to the new keys of theirs: first finds all results, then writes them.
 */
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/table.h"
#include "lib/merge/follow.h"
#include "lib/merge/resolve_internal.h"
#include "lib/tables/dataset_import.h"
#include "repo/git/history/history.h"
#include "repo/git/tree.h"

enum { ROWS_NAMED = 10 }; /* of those that are no longer in the table */

/* --- the removed rows -------------------------------------------------------------------------- */

static vv_status add_row(vv_decided_rows *l, const vv_buf *row, int side, const char *text,
			 vv_error *err)
{
	vv_decided_row d = {.side = side};

	if (row->failed || !(d.row = vv_strdup(vv_buf_cstr(row))) || !(d.text = vv_strdup(text)) ||
	    !vv_array_add(l->rows, l->count, l->cap, d)) {
		vv_free(d.row);
		vv_free(d.text);
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

vv_status vv_resolve_note_removed(const vv_resolving *r, vv_conflict_path *p, const bool *chosen,
				  vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < p->record.count && rc == VV_OK && r->side <= VV_THEIRS; i++) {
		const vv_conflict_item *item = &p->record.items[i];
		vv_auto(vv_buf) row = VV_BUF_INIT;

		if (!chosen[i] || item->kind != VV_CONFLICT_KEY_TWICE) {
			continue;
		}
		vv_conflict_row_put(&row, item);
		for (int side = VV_OURS; side <= VV_THEIRS && rc == VV_OK; side++) {
			if (side != r->side) {
				rc = add_row(&p->removed, &row, side, item->values[side], err);
			}
		}
	}
	return rc;
}

void vv_resolve_say_removed(const vv_conflict_path *p, const vv_notes *notes)
{
	const vv_decided_rows *l = &p->removed;

	for (size_t i = 0; i < l->count && i < ROWS_NAMED; i++) {
		const vv_decided_row *d = &l->rows[i];

		vv_notes_put(notes, "%s: row %s of %s is removed: %s", vv_text_shows(p->path),
			     vv_text_shows(d->row), vv_text_shows(p->record.names[d->side]),
			     vv_text_shows(d->text));
	}
	if (l->count > ROWS_NAMED) {
		vv_notes_put(notes, "%s: and %s more", vv_text_shows(p->path),
			     vv_text_counted(l->count - ROWS_NAMED, "row", NULL));
	}
}

vv_status vv_resolve_note_key(void *payload, const vv_renumbered *row, vv_error *err)
{
	vv_conflict_path *p = payload;
	vv_auto(vv_buf) was = VV_BUF_INIT, now = VV_BUF_INIT;

	for (size_t i = 0; i < row->count; i++) {
		const vv_cell *next = i + 1 == row->count ? row->next : row->key[i];

		if (i > 0) {
			vv_buf_puts(&was, ", ");
			vv_buf_puts(&now, ", ");
		}
		vv_buf_put(&was, row->key[i]->text, row->key[i]->len);
		vv_buf_put(&now, next->text, next->len);
	}
	return now.failed ? vv_fail_nomem(err)
			  : add_row(&p->renumbered, &was, VV_THEIRS, vv_buf_cstr(&now), err);
}

/* --- the rows of other tables ------------------------------------------------------------------- */

/* A table whose rows follow. */
typedef struct follower {
	const char *path;
	vv_conflict_path *conflict; /* its conflict; NULL: it is merged */
	vv_index_side sides[3];     /* theirs: with the new references */
	vv_oid was;                 /* theirs before */
	uint64_t rows;
	vv_dataset_merged out;
} follower;

typedef struct followers {
	vv_resolving *r;
	const vv_conflict_path *of;
	vv_follow follow;
	vv_follow_commits commits;
	vv_references refs;
	follower *list;
	size_t count, cap;
} followers;

static void followers_clear(followers *f)
{
	vv_array_each(f->list, f->count, it) {
		vv_dataset_merged_clear(&it->out);
	}
	vv_free(f->list);
	vv_follow_clear(&f->follow);
	vv_references_clear(&f->refs);
}
VV_AUTO_CLEAR(followers, followers_clear)

vv_status vv_resolve_references(vv_references *out, vv_resolving *r, const vv_conflict_path *p,
				vv_error *err)
{
	vv_follow_commits commits;
	vv_oid head;
	vv_status rc = vv_follow_commits_find(&commits, r->repo, p->path, p->sides, err);

	if (rc == VV_OK && vv_rev_commit(r->repo, "HEAD", &head, VV_IGNORED) == VV_OK) {
		rc = vv_references_add(out, r->repo, &head, p->path, err);
	}
	return rc < 0 || !commits.known
		       ? rc
		       : vv_references_add(out, r->repo, &commits.theirs, p->path, err);
}

static vv_status refuse_follower(const followers *f, const char *path, const char *why,
				 vv_error *err)
{
	vv_fail(err, VV_ENOSUPPORT, "%s: rows of %s may refer to rows that get another key, %s",
		vv_text_shows(f->of->path), vv_text_shows(path), why);
	return vv_hint_code(err, VV_HINT_EDIT_AND_ADD, f->of->path);
}

/* --- the versions ------------------------------------------------------------------------------ */

static vv_status find_side(vv_index_side *out, vv_repository *r, const vv_oid *commit,
			   const char *path, vv_error *err)
{
	vv_auto(vv_tree_entry) e = {.path = NULL};
	const vv_status rc = vv_tree_entry_at(r, commit, path, &e, err);

	*out = (vv_index_side){.mode = rc == VV_OK ? e.mode : 0, .id = e.id};
	return vv_missing_ok(rc, err);
}

static vv_status find_sides(const followers *f, follower *t, vv_error *err)
{
	vv_repository *repo = f->r->repo;
	const vv_conflict_path *before = vv_array_find(f->r->followed.paths, f->r->followed.count,
						       it, strcmp(it->path, t->path) == 0);
	vv_oid head;
	vv_status rc;

	if (t->conflict) {
		memcpy(t->sides, t->conflict->sides, sizeof(t->sides));
		return VV_OK;
	}
	if (before) {
		memcpy(t->sides, before->sides, sizeof(t->sides));
		return VV_OK;
	}
	if ((rc = vv_rev_commit(repo, "HEAD", &head, err)) < 0 ||
	    (rc = find_side(&t->sides[VV_BASE], repo, &f->commits.base, t->path, err)) < 0 ||
	    (rc = find_side(&t->sides[VV_OURS], repo, &head, t->path, err)) < 0) {
		return rc;
	}
	return find_side(&t->sides[VV_THEIRS], repo, &f->commits.theirs, t->path, err);
}

/* The table of the reference, which several references may have. */
static vv_status find_follower(followers *f, const vv_reference *ref, follower **out, vv_error *err)
{
	follower t = {.path = ref->path};
	vv_status rc;

	*out = vv_array_find(f->list, f->count, it, strcmp(it->path, ref->path) == 0);
	if (*out) return VV_OK;
	t.conflict = vv_array_find(f->r->list.paths, f->r->list.count, it,
				   strcmp(it->path, ref->path) == 0);
	if ((rc = find_sides(f, &t, err)) < 0) return rc;
	t.was = t.sides[VV_THEIRS].id;
	if (!vv_array_add(f->list, f->count, f->cap, t)) return vv_fail_nomem(err);
	*out = &f->list[f->count - 1];
	return VV_OK;
}

static vv_status follow_one(followers *f, const vv_reference *ref, vv_error *err)
{
	follower *t;
	uint64_t rows;
	vv_oid blob;
	vv_status rc = find_follower(f, ref, &t, err);

	if (rc < 0 || t->sides[VV_THEIRS].mode == 0) return rc;
	rc = vv_follow_reference(&blob, &rows, &f->follow, ref, &t->sides[VV_BASE].id,
				 &t->sides[VV_THEIRS].id, err);
	if (rc == VV_OK && rows > 0) {
		t->rows += rows;
		t->sides[VV_THEIRS].id = blob;
	}
	return rc;
}

/* --- the results ------------------------------------------------------------------------------- */

static vv_status merge_sides(const followers *f, const follower *t, const vv_oid *theirs,
			     bool quiet, vv_dataset_merged *out, vv_error *err)
{
	const vv_conflict_record *c = &f->of->record;
	vv_dataset_merge in = {.repo = f->r->repo,
			       .writer = f->r->writer,
			       .path = t->path,
			       .sides = {t->sides[0], t->sides[1], t->sides[2]},
			       .commits = {f->commits.base, c->commits[0], c->commits[1]},
			       .names = {c->names[0], c->names[1], c->names[2]},
			       .how = c->how,
			       .quiet = quiet};
	const vv_oid *base = &t->sides[VV_BASE].id, *ours = &t->sides[VV_OURS].id;
	const bool only_theirs = t->sides[VV_BASE].mode == t->sides[VV_OURS].mode &&
				 vv_oid_equal(base, ours);

	in.sides[VV_THEIRS].id = *theirs;
	if (only_theirs) {
		out->result = in.sides[VV_THEIRS];
		return VV_OK;
	}
	vv_status rc = vv_dataset_merge_run(out, &in, err);
	return rc < 0 ? rc : vv_dataset_writer_commit(f->r->writer, err);
}

/* Is the merged table as git merged it, in the index and in the work tree? */
static vv_status is_as_merged(const followers *f, const follower *t, bool *is, vv_error *err)
{
	vv_auto(vv_dataset_merged) before = {0};
	vv_index_entry e;
	vv_status rc;

	*is = false;
	if (!vv_index_get(f->r->index, t->path, &e)) return VV_OK;
	if ((rc = merge_sides(f, t, &t->was, true, &before, err)) < 0) return rc;
	*is = vv_oid_equal(&before.result.id, &e.id);
	return *is ? vv_checkout_is_clean(&f->r->checkout, &e, is, err) : VV_OK;
}

/* Is the file of the conflict the merged table, without edits and decisions? */
static vv_status is_undecided(const followers *f, const follower *t, bool *is, vv_error *err)
{
	const vv_conflict_path *c = t->conflict;
	vv_auto(vv_dataset_found) staged = {0};
	vv_status rc;

	*is = c->dataset && !c->record.touched && c->record.decided_count == 0 &&
	      c->failure.code == VV_OK && !c->found_out;
	if (!*is || vv_merge_file_is(f->r->repo, c->path, &c->record.merged)) return VV_OK;
	rc = vv_resolve_stage(f->r, c, &staged, err);
	*is = rc == VV_OK && vv_cid_equal(&staged.result.cid, &c->record.root);
	return rc;
}

static vv_status make_result(followers *f, follower *t, vv_error *err)
{
	bool fine;
	vv_status rc;

	if (strcmp(t->path, f->of->path) == 0) {
		return refuse_follower(f, t->path, "and are in the same table", err);
	}
	rc = t->conflict ? is_undecided(f, t, &fine, err) : is_as_merged(f, t, &fine, err);
	if (rc < 0) return rc;
	if (!fine) return refuse_follower(f, t->path, "and it was edited since the merge", err);
	rc = merge_sides(f, t, &t->sides[VV_THEIRS].id, f->r->quiet, &t->out, err);
	return rc == VV_OK && !t->conflict && t->out.record.count + t->out.record.left_out > 0
		       ? refuse_follower(f, t->path, "and it cannot be merged with the new keys",
					 err)
		       : rc;
}

/* --- writing ------------------------------------------------------------------------------------- */

static vv_status take_how(vv_conflict_record *c, const vv_strings *how, vv_error *err)
{
	const char **items = vv_arena_calloc(&c->arena, how->count + 1, sizeof(*items));

	if (!items) return vv_fail_nomem(err);
	for (size_t i = 0; i < how->count; i++) {
		if (!(items[i] = vv_conflict_record_text(c, how->items[i]))) {
			return vv_fail_nomem(err);
		}
	}
	c->how = (vv_strings){items, how->count};
	return VV_OK;
}

static vv_status write_file(const followers *f, const follower *t, vv_error *err)
{
	vv_resolving *r = f->r;
	const vv_index_side *to = &t->out.result;
	const vv_status rc = vv_checkout_write(&r->checkout, t->path, to->mode, &to->id, err);

	r->changed = r->changed || rc == VV_OK;
	return rc;
}

/* The conflict is that of the new version: the index has it, so that the record stays valid. */
static vv_status write_conflict(followers *f, follower *t, vv_error *err)
{
	vv_resolving *r = f->r;
	vv_conflict_path *c = t->conflict;
	vv_status rc;

	if (t->out.record.count + t->out.record.left_out == 0) {
		c->resolved = true;
		return write_file(f, t, err);
	}
	if ((rc = take_how(&t->out.record, &f->of->record.how, err)) < 0 ||
	    (rc = vv_resolve_write(r, c, &t->out.result.id, err)) < 0 ||
	    (rc = vv_index_set_conflict(r->index, c->path, t->sides, err)) < 0) {
		return rc;
	}
	r->changed = true;
	memcpy(c->sides, t->sides, sizeof(c->sides));
	const vv_conflict_record old = c->record;
	c->record = t->out.record;
	t->out.record = old;
	return vv_conflict_record_save(r->repo, &c->record, err);
}

static vv_status keep_sides(followers *f, const follower *t, vv_error *err)
{
	vv_conflict_list *l = &f->r->followed;
	vv_conflict_path *p = vv_array_find(l->paths, l->count, it, strcmp(it->path, t->path) == 0);
	vv_conflict_path fresh = {.path = vv_strdup(t->path)};

	if (p) {
		vv_free(fresh.path);
	} else if (!fresh.path || !vv_array_add(l->paths, l->count, l->cap, fresh)) {
		vv_free(fresh.path);
		return vv_fail_nomem(err);
	}
	p = p ? p : &l->paths[l->count - 1];
	memcpy(p->sides, t->sides, sizeof(p->sides));
	return VV_OK;
}

static vv_status write_follower(followers *f, follower *t, vv_error *err)
{
	vv_status rc = t->conflict ? write_conflict(f, t, err) : write_file(f, t, err);

	if (rc < 0 || (!t->conflict && (rc = keep_sides(f, t, err)) < 0) || f->r->quiet) return rc;
	vv_notes_put(vv_repository_notes(f->r->repo), "%s: %s of %s refer%s to new keys of %s",
		     vv_text_shows(t->path), vv_text_counted(t->rows, "row", NULL),
		     vv_text_shows(f->of->record.names[VV_THEIRS]), t->rows == 1 ? "s" : "",
		     vv_text_shows(f->of->path));
	return VV_OK;
}

static vv_status find_keys(followers *f, const bool *chosen, const vv_cid *root, vv_error *err)
{
	vv_auto(vv_table) t = {0};
	const vv_solution s = {.repo = f->r->repo,
			       .writer = f->r->writer,
			       .record = (vv_conflict_record *)&f->of->record,
			       .chosen = chosen,
			       .side = VV_BOTH,
			       .quiet = true,
			       .renumbered = vv_follow_add,
			       .payload = &f->follow,
			       .plan = true};
	const vv_status rc = vv_dataset_writer_open_version(f->r->writer, &t, root, err);

	return rc < 0 ? rc : vv_conflict_solve(&s, &t, NULL, NULL, err);
}

static bool refers_to_number(const followers *f, const vv_reference *ref)
{
	return vv_find_place(i, ref->count,
			     strcmp(ref->targets[i], f->follow.names[f->follow.count - 1]) == 0) <
	       ref->count;
}

vv_status vv_resolve_follow(vv_resolving *r, vv_conflict_path *p, const bool *chosen,
			    const vv_cid *root, vv_error *err)
{
	vv_auto(followers) f = {.r = r, .of = p};
	vv_status rc;

	f.follow = (vv_follow){
		.repo = r->repo, .writer = r->writer, .path = p->path, .commits = &f.commits};
	if (r->side != VV_BOTH) return VV_OK;
	if ((rc = vv_resolve_references(&f.refs, r, p, err)) < 0 || f.refs.count == 0 ||
	    (rc = find_keys(&f, chosen, root, err)) < 0 || f.follow.key_count == 0 ||
	    (rc = vv_follow_commits_find(&f.commits, r->repo, p->path, p->sides, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < f.refs.count && rc == VV_OK; i++) {
		const vv_reference *ref = &f.refs.list[i];

		if (!refers_to_number(&f, ref)) {
			continue;
		}
		rc = f.commits.known ? follow_one(&f, ref, err)
				     : refuse_follower(&f, ref->path,
						       "and the merged commit is not known", err);
	}
	for (size_t i = 0; i < f.count && rc == VV_OK; i++) {
		rc = f.list[i].rows > 0 ? make_result(&f, &f.list[i], err) : VV_OK;
	}
	for (size_t i = 0; i < f.count && rc == VV_OK; i++) {
		rc = f.list[i].rows > 0 ? write_follower(&f, &f.list[i], err) : VV_OK;
	}
	return rc;
}
