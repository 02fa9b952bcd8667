/*
 * restore: paths as an earlier version (or the index) has them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/work/add/pathspec.h"
#include "lib/work/commit/checkout.h"
#include "lib/work/commit/journal.h"
#include "lib/work/commit/last_copy.h"
#include "lib/work/commit/row_restore.h"
#include "repo/git/history/history.h"

typedef struct options {
	const char *source, *row;
	vv_strings columns;
	bool staged, worktree, quiet;
} options;

static const vv_option table[] = {
	OPT_STRING('s', "source", source, "REV",
		   "take them from REV (default: the index; with --staged: HEAD)"),
	OPT_FLAG('S', "staged", staged, "restore the index"),
	OPT_FLAG('W', "worktree", worktree, "restore the files (the default without --staged)"),
	OPT_STRING(0, "row", row, "KEY",
		   "only the row with this key (values separated by commas); PATH is one table"),
	OPT_LIST(0, "column", columns, "COL", "with --row: only this cell; may be given again"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

/* What a selected path is to become. */
typedef struct target {
	char *path;
	uint32_t mode; /* 0: the source does not have it: remove */
	vv_oid id;
	bool there; /* the file is it already */
} target;

typedef struct restore {
	const options *o;
	vv_context *c;
	vv_checkout checkout;
	target *targets; /* sorted by path */
	size_t count, cap;
} restore;

static vv_status add_target(restore *r, const char *path, uint32_t mode, const vv_oid *id,
			    vv_error *err)
{
	target *t;

	if (!vv_array_room(r->targets, r->count, r->cap)) return vv_fail_nomem(err);
	t = &r->targets[r->count];
	memset(t, 0, sizeof(*t));
	t->path = vv_strdup(path);
	if (!t->path) return vv_fail_nomem(err);
	t->mode = mode;
	if (id) {
		t->id = *id;
	}
	r->count++;
	return VV_OK;
}

static vv_status from_tree(void *payload, const vv_tree_entry *e, vv_error *err)
{
	restore *r = payload;

	return vv_pathspec_match(&r->c->paths, e->path, NULL)
		       ? add_target(r, e->path, e->mode, &e->id, err)
		       : VV_OK;
}

static int compare_targets(const void *a, const void *b)
{
	return strcmp(((const target *)a)->path, ((const target *)b)->path);
}

/* The index's paths: all of them when it is the source; else those that the source
 * does not have, which are to go. */
static vv_status from_index(restore *r, bool is_source, vv_error *err)
{
	size_t known = r->count, i;
	vv_index_entry e;
	vv_status rc = VV_OK;

	for (i = 0; rc == VV_OK && i < vv_index_count(r->c->index); i++) {
		target key;

		vv_index_at(r->c->index, i, &e);
		if (!vv_pathspec_match(&r->c->paths, e.path, NULL)) {
			continue;
		}
		if (e.stage != 0 && !r->o->staged) {
			vv_fail(err, VV_EUSAGE, "'%s' is in conflict", vv_text_shows(e.path));
			return vv_hint(
				err,
				"resolve it and 'varve add' it, or name a version: --source HEAD");
		}
		key.path = (char *)(uintptr_t)e.path;
		if (is_source) {
			rc = add_target(r, e.path, e.mode, &e.id, err);
		} else if (known == 0 ||
			   !bsearch(&key, r->targets, known, sizeof(target), compare_targets)) {
			if (r->count > known &&
			    strcmp(r->targets[r->count - 1].path, e.path) == 0) {
				continue; /* a further stage of the same conflict */
			}
			rc = add_target(r, e.path, 0, NULL, err);
		}
	}
	return rc;
}

static vv_status collect(restore *r, vv_error *err)
{
	const char *source = r->o->source ? r->o->source : r->o->staged ? "HEAD" : NULL;
	vv_oid commit;
	vv_head head;
	vv_status rc;

	if (!source) return from_index(r, true, err);
	if (!r->o->source) {
		/* Unstaging on an unborn branch: nothing is committed, so all goes. */
		if ((rc = vv_head_read(r->c->repo, &head, err)) < 0) return rc;
		commit = head.commit;
		rc = head.unborn ? from_index(r, false, err) : VV_OK;
		if (head.unborn || rc < 0) {
			vv_head_clear(&head);
			return rc;
		}
		vv_head_clear(&head);
	} else if ((rc = vv_rev_commit(r->c->repo, source, &commit, err)) < 0) {
		return rc;
	}
	if ((rc = vv_tree_each(r->c->repo, &commit, "", from_tree, r, err)) < 0) return rc;
	if (r->count > 1) {
		qsort(r->targets, r->count, sizeof(target), compare_targets);
	}
	return from_index(r, false, err);
}

/* Only the index: entries without a stat, but where nothing changes. */
static vv_status stage_one(restore *r, const target *t, vv_error *err)
{
	vv_index_entry e;
	vv_status rc;

	if (t->mode == 0) {
		rc = vv_index_remove(r->c->index, t->path, err);
		return rc == VV_ENOTFOUND ? VV_OK : rc;
	}
	if (vv_index_get(r->c->index, t->path, &e) && e.mode == t->mode &&
	    vv_oid_equal(&e.id, &t->id)) {
		return VV_OK;
	}
	return vv_index_set(r->c->index, t->path, t->mode, &t->id, NULL, err);
}

/* Is the file certainly the index entry already, so that nothing is to be written? Only
 * what can be told without reading it: writing is quicker than finding out. */
static vv_status is_there(restore *r, const target *t, bool *out, vv_error *err)
{
	vv_arena arena = VV_ARENA_INIT;
	char *file = vv_repository_file(r->c->repo, t->path);
	vv_index_entry e;
	vv_pointer p;
	vv_stat st;
	vv_oid known;
	bool dataset = false;
	vv_status rc = VV_OK;

	*out = false;
	if (!file) return vv_fail_nomem(err);
	if (!vv_index_get(r->c->index, t->path, &e) || e.mode != t->mode ||
	    !vv_oid_equal(&e.id, &t->id) || vv_lstat(&st, file, NULL) < 0) {
		goto done;
	}
	if (vv_stat_cache_get(vv_dataset_reader_stats(r->c->reader), t->path, &st, &known)) {
		*out = vv_oid_equal(&known, &t->id);
	} else if (vv_index_stat_clean(r->c->index, &e, &st)) {
		/* The index may also have the stat of a pointer that lies in its table's place. */
		if (S_ISREG(t->mode) &&
		    (rc = vv_dataset_reader_is_pointer(r->c->reader, &t->id, &dataset, err)) ==
			    VV_OK &&
		    dataset) {
			rc = vv_dataset_reader_pointer(r->c->reader, &t->id, &arena, &p, err);
		}
		*out = rc == VV_OK &&
		       (!dataset || (st.size == p.bytes && st.size > VV_POINTER_MAX));
	}
done:
	vv_arena_clear(&arena);
	vv_free(file);
	return rc;
}

static vv_status write_one(restore *r, const target *t, vv_error *err)
{
	if (t->mode == 0) return vv_checkout_remove(&r->checkout, t->path, r->o->staged, err);
	if (t->there) return VV_OK;
	/* From the index itself the entry gets the new file's stat; from elsewhere it stays. */
	return vv_checkout_write(&r->checkout, t->path, t->mode, &t->id,
				 r->o->staged || !r->o->source, err);
}

/* What will change, before anything does: what is to be thrown away is not kept, so once begun
 * it is carried through. */
static vv_status note(restore *r, vv_journal **out, vv_error *err)
{
	static const vv_journal_options o = {.command = "restore",
					     .what = "'varve restore'",
					     .end = VV_JOURNAL_END_CLOSE,
					     .finish = true};
	size_t noted = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		target *t = &r->targets[i];
		const vv_journal_change c = {.path = t->path,
					     .known = true,
					     .new_mode = t->mode,
					     .new_id = t->id,
					     .work_only = !r->o->staged};

		if (t->mode && (rc = is_there(r, t, &t->there, err)) < 0) return rc;
		if (t->there) {
			continue;
		}
		if ((rc = vv_last_copy_keep(r->c->repo, r->c->reader, r->c->index, t->path, err)) <
		    0) {
			return rc;
		}
		if (noted++ == 0) {
			rc = vv_journal_open(out, r->c->repo, &o, err);
		}
		rc = rc < 0 ? rc : vv_journal_path(*out, r->c->index, &c, err);
	}
	return rc < 0 || noted == 0 ? rc : vv_journal_ready(*out, err);
}

static vv_status carry_out(restore *r, bool files, vv_error *err)
{
	vv_error later;
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && i < r->count; i++) {
		rc = files ? write_one(r, &r->targets[i], err) : stage_one(r, &r->targets[i], err);
	}
	/* Only the work tree was to change: an index that could not be put back (vv_checkout_write)
	 * must not be kept. The entries as they were differ from the files, as they should. */
	if (rc < 0 && files && r->o->source && !r->o->staged) return rc;
	/* What was written is in the index also when a later path failed. */
	if (vv_index_write(r->c->index, rc < 0 ? &later : err) < 0 && rc == VV_OK) return err->code;
	return rc;
}

static vv_status restore_all(restore *r, bool files, vv_error *err)
{
	vv_journal *j = NULL;
	vv_error later;
	vv_status rc = files ? note(r, &j, err) : VV_OK;

	rc = rc < 0 ? rc : carry_out(r, files, err);
	/* What could not be restored stays as it is. */
	(void)vv_journal_close(j, VV_OK, &later);
	return rc;
}

static int check_restore(const vv_context *c)
{
	const options *o = c->options;

	if (c->argc == 0) return vv_usage_error("restore needs files: PATH... ('.' for all)");
	if (o->columns.count > 0 && !o->row) {
		return vv_usage_error("--column is for --row: --row KEY --column COL PATH");
	}
	if (o->row && (c->argc != 1 || o->staged)) {
		return vv_usage_error(o->staged ? "--row is for files; 'varve add' stages them"
						: "--row is for one table");
	}
	return VV_EXIT_OK;
}

static vv_status restore_row(vv_context *c, vv_error *err)
{
	static const char *const words[] = {
		[VV_RESTORED_NOTHING] = "is as it was",
		[VV_RESTORED_ROW] = "put back",
		[VV_RESTORED_NO_ROW] = "removed, as it was not there then"};
	const options *o = c->options;
	const vv_row_restore r = {.repo = c->repo,
				  .reader = c->reader,
				  .path = c->argv[0],
				  .source = o->source,
				  .row = o->row,
				  .columns = &o->columns};
	vv_row_restored done;
	size_t cells;
	vv_status rc = vv_row_restore_run(&done, &cells, &r, err);

	if (rc < 0 || o->quiet) return rc;
	if (done == VV_RESTORED_CELLS) {
		vv_note("%s: row %s: restored %s", vv_text_shows(r.path), vv_text_shows(o->row),
			vv_text_counted(cells, "cell", NULL));
	} else {
		vv_note("%s: row %s: %s", vv_text_shows(r.path), vv_text_shows(o->row),
			words[done]);
	}
	return VV_OK;
}

static void print_restored(const restore *r)
{
	uint64_t n = r->checkout.datasets + r->checkout.files;

	if (r->o->quiet || n == 0) return;
	vv_note("restored %s %s", vv_text_count(n), n == 1 ? "file" : "files");
	if (r->checkout.datasets > 0 && !vv_repository_is_initialised(r->c->repo)) {
		vv_note("hint: Git is not set up for tables in this clone yet: run "
			"'varve init', or 'git add' stores them whole");
	}
}

static vv_status run_restore(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	restore r = {.o = o, .c = c};
	vv_status rc;

	if (o->row) return restore_row(c, err);
	vv_checkout_init(&r.checkout, c->repo, c->reader, c->index);
	r.checkout.fetch = true;
	if ((rc = collect(&r, err)) < 0 || (rc = vv_pathspec_all_matched(&c->paths, err)) < 0) {
		goto done;
	}
	rc = restore_all(&r, o->worktree || !o->staged, err);
	if (rc == VV_EMISSING) {
		vv_hint(err,
			"'varve fetch --data %s' gets them from the remote, with --from URL from "
			"another "
			"repository; the file was left as it is",
			o->source ? vv_text_shows(o->source) : "HEAD");
	}
	if (rc == VV_OK) {
		print_restored(&r);
	}
done:
	vv_checkout_clear(&r.checkout);
	for (size_t i = 0; i < r.count; i++) {
		vv_free(r.targets[i].path);
	}
	vv_free(r.targets);
	return rc;
}

const vv_command vv_cmd_restore = {
	.name = "restore",
	.group = "change",
	.summary = "restore files from the index or an earlier version",
	.usage = "[--source REV] [--staged] [--worktree] PATH...\n"
		 "[--source REV] --row KEY [--column COL]... PATH",
	.example = "$ varve restore --source HEAD~3 prices.csv\n"
		   "restored 1 file",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.check = check_restore,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_PATHS | VV_NEEDS_READER |
		 VV_NEEDS_INDEX,
	.run = run_restore,
};
