/*
 * rm: files out of the index and the work tree.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/names/pathspec.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/journal.h"
#include "lib/worktree/last_copy.h"
#include "repo/git/history/history.h"
#include "repo/git/index/worktree.h"

typedef struct options {
	bool cached, recursive, force, dry_run, quiet;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "cached", cached, "remove from the index only: the file stays"),
	OPT_FLAG('r', NULL, recursive, "also remove everything below a folder"),
	OPT_FLAG('f', "force", force, "remove even if changes would be lost"),
	OPT_FLAG('n', "dry-run", dry_run, "only print what would be removed"),
	OPT_FLAG('q', "quiet", quiet, "do not list removed files"),
};

typedef struct doomed {
	char *path;
	bool staged;   /* the index differs from HEAD */
	bool modified; /* the file differs from the index */
} doomed;

typedef struct removal {
	const options *o;
	vv_context *c;
	vv_checkout checkout;
	doomed *items; /* sorted by path */
	size_t count, cap;
} removal;

static vv_status add_item(removal *r, const char *path, vv_error *err)
{
	if (r->count > 0 && strcmp(r->items[r->count - 1].path, path) == 0) {
		return VV_OK; /* a further stage of a conflict */
	}
	if (!vv_array_room(r->items, r->count, r->cap)) return vv_fail_nomem(err);
	doomed *d = &r->items[r->count];
	*d = (doomed){.path = vv_strdup(path)};
	if (!d->path) return vv_fail_nomem(err);
	r->count++;
	return VV_OK;
}

static vv_status collect(removal *r, vv_error *err)
{
	vv_index_entry e;
	vv_status rc = VV_OK;
	bool literal;

	for (size_t i = 0; rc == VV_OK && i < vv_index_count(r->c->index); i++) {
		vv_index_at(r->c->index, i, &e);
		literal = false;
		if (!vv_pathspec_match(&r->c->paths, e.path, &literal)) {
			continue;
		}
		rc = add_item(r, e.path, err);
	}
	if (rc < 0 || (rc = vv_pathspec_all_matched(&r->c->paths, r->c->index, err)) < 0) return rc;
	for (size_t i = 0; !r->o->recursive && i < r->c->paths.count; i++) {
		const vv_pathspec_item *item = &r->c->paths.items[i];

		if (item->folder && !item->pattern) {
			return vv_fail(err, VV_EUSAGE,
				       "'%s' is a folder\n"
				       "-r removes all that is tracked below it",
				       vv_text_shows(item->given));
		}
	}
	return VV_OK;
}

static vv_status mark_staged(void *payload, const vv_change *change, vv_error *err VV_UNUSED)
{
	removal *r = payload;
	size_t at = vv_first_place(i, r->count, strcmp(r->items[i].path, change->path) < 0);

	if (at < r->count && strcmp(r->items[at].path, change->path) == 0) {
		r->items[at].staged = true;
	}
	return VV_OK;
}

static void list_names(const removal *r, const char *heading, bool staged, bool modified)
{
	bool any = false;

	for (size_t i = 0; i < r->count; i++) {
		const doomed *d = &r->items[i];

		if (d->staged == staged && d->modified == modified) {
			if (!any) {
				vv_note("%s", heading);
			}
			any = true;
			vv_note("    %s", vv_text_shows(d->path));
		}
	}
}

/* What git rm refuses: content that would be gone for good. */
static vv_status check_losses(removal *r, vv_error *err)
{
	bool lost = false, keep_helps = false;
	vv_index_entry e;
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if (r->o->force) {
		return VV_OK; /* asked for, edits and all */
	}
	if ((rc = vv_head_read(r->c->repo, &head, err)) < 0) return rc;
	rc = vv_index_changes(r->c->repo, NULL, head.unborn ? NULL : &head.commit, mark_staged, r,
			      err);
	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		doomed *d = &r->items[i];
		bool clean = true;

		if (vv_index_get(r->c->index, d->path, &e)) {
			rc = vv_checkout_is_clean(&r->checkout, &e, &clean, err);
		}
		if (rc == VV_OK && clean && !r->o->cached && !r->o->dry_run) {
			rc = vv_last_copy_keep(r->c->repo, r->c->reader, r->c->index, d->path, err);
		}
		d->modified = !clean;
		if (r->o->cached) {
			lost = lost || (d->staged && d->modified);
		} else {
			lost = lost || d->staged || d->modified;
			keep_helps = keep_helps || d->staged != d->modified;
		}
	}
	if (rc < 0 || !lost) return rc;
	list_names(r, "staged content here differs from both the file and the last commit:", true,
		   true);
	if (!r->o->cached) {
		list_names(r, "changes are staged here:", true, false);
		list_names(r, "local changes:", false, true);
	}
	vv_fail(err, VV_EREFUSED, "nothing was removed");
	return vv_hint(err, keep_helps ? "--cached keeps the file; -f removes it all the same"
				       : "-f removes it all the same");
}

/* What will change, before anything does. */
static vv_status note(removal *r, vv_journal **out, vv_error *err)
{
	static const vv_journal_options o = {
		.command = "rm", .what = "'varve rm'", .end = VV_JOURNAL_END_CLOSE};
	vv_status rc = vv_journal_open(out, r->c->repo, &o, err);

	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		vv_journal_change c = {.path = r->items[i].path, .known = true};
		vv_index_entry e;

		/* With -f nobody has looked what the file has. */
		if (!r->o->force && vv_index_get(r->c->index, c.path, &e)) {
			c.old_mode = e.mode;
			c.old_id = e.id;
		}
		rc = vv_journal_path(*out, r->c->index, &c, err);
	}
	return rc < 0 ? rc : vv_journal_ready(*out, err);
}

/* The index first: a file that is gone and still staged can be restored from there, one that is
 * left over is only untracked. */
static vv_status remove_files(removal *r, vv_error *err)
{
	vv_status rc = vv_index_write(r->c->index, err);

	for (size_t i = 0; rc == VV_OK && !r->o->cached && i < r->count; i++) {
		rc = vv_worktree_remove(r->c->repo, r->items[i].path, err);
		vv_stat_cache_drop(vv_dataset_reader_stats(r->c->reader), r->items[i].path);
	}
	return rc;
}

static vv_status remove_all(removal *r, vv_error *err)
{
	vv_journal *j = NULL;
	vv_status rc = VV_OK;

	if (!r->o->dry_run && !r->o->cached && (rc = note(r, &j, err)) < 0) {
		return vv_journal_close(j, rc, err);
	}

	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		rc = vv_index_remove(r->c->index, r->items[i].path, err);
		if (!r->o->quiet || r->o->dry_run) {
			vv_out("rm '%s'\n", vv_text_shows(r->items[i].path));
		}
	}
	if (rc == VV_OK && !r->o->dry_run) {
		rc = remove_files(r, err);
	}
	return vv_journal_close(j, rc, err);
}

static int check_rm(const vv_context *c)
{
	return c->argc > 0 ? VV_EXIT_OK : vv_usage_error("rm needs files: PATH...");
}

static vv_status run_rm(vv_context *c, vv_error *err)
{
	removal r = {.o = c->options, .c = c};
	vv_status rc;

	vv_dataset_reader_lend_index(c->reader, c->index);
	vv_checkout_init(&r.checkout, c->repo, c->reader, c->index);
	if ((rc = collect(&r, err)) == VV_OK && (rc = check_losses(&r, err)) == VV_OK) {
		rc = remove_all(&r, err);
	}
	for (size_t i = 0; i < r.count; i++) {
		vv_free(r.items[i].path);
	}
	vv_free(r.items);
	vv_checkout_clear(&r.checkout);
	return rc;
}

const vv_command vv_cmd_rm = {
	.name = "rm",
	.group = "change",
	.summary = "remove files, and stage the removal",
	.usage = "[--cached] [-r] [-f] [-n] PATH...",
	.example = "$ varve rm old.csv\nrm 'old.csv'",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.check = check_rm,
	.needs = VV_NEEDS_RIGHT | VV_NEEDS_PATHS | VV_NEEDS_READER | VV_NEEDS_INDEX,
	.run = run_rm,
};
