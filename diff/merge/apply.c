/*
 * apply: applies the sections of a patch to a version, and finds out whether that is the one that
 * it was made from.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "diff/merge/patch.h"
#include "diff/merge/patch_exact.h"
#include "diff/merge/patch_fit.h"
#include "diff/merge/patch_make.h"

/* --- the target ------------------------------------------------------------------------------ */

/* The target read as the patch's old version was: a table of the same bytes may have been
 * understood otherwise. *same: it is that version, in *out. */
static vv_status read_as_old(patch_job *j, vv_mem_sink **blocks, vv_table *out, bool *same,
			     vv_error *err)
{
	const patch_side *old = &j->section->side[0];
	vv_auto(vv_table_source) *bytes = NULL;
	vv_import_options io = {.kind = VV_KIND_TABLE,
				.is_text = true,
				.hints = VV_SNIFF_HINTS_INIT,
				.as = &old->root,
				.parent = &old->root,
				.temp_dir = j->opts->temp_dir,
				.pool = j->opts->pool};
	vv_auto(vv_import_result) r = {0};
	vv_sink sink;
	vv_status rc;
	*same = false;
	if (j->target->root.bytes != old->bytes) return VV_OK;
	if ((rc = vv_mem_sink_new(blocks, NULL, j->opts->temp_dir, err)) < 0 ||
	    (rc = vv_table_source_open(&bytes, j->target, err)) < 0) {
		return rc;
	}
	vv_mem_sink_use(&sink, *blocks);
	const vv_source source = {
		.read = vv_table_source_read, .payload = bytes, .name = j->done.path};
	rc = vv_import(&r, &source, &sink, &io, err);
	if (rc == VV_OK) {
		*same = vv_cid_equal(&r.cid, &old->cid);
		rc = *same ? vv_table_open(out, &sink, &r.cid, err) : VV_OK;
		*same = *same && rc == VV_OK;
	} else if (rc == VV_EINPUT || rc == VV_EREFUSED ||
		   (rc == VV_ECORRUPT && old->bytes == j->target->root.bytes)) {
		rc = VV_OK; /* not to be read that way: another version */
	}
	return rc;
}

static vv_status table_run(patch_job *j, vv_error *err)
{
	const patch_section *s = j->section;
	vv_mem_sink *blocks = NULL;
	vv_table old = {0}, *target = j->target;
	bool same = !target || vv_cid_equal(&target->cid, &s->side[0].cid), reread = false;
	vv_status rc = VV_OK;
	if (!same && !s->partial) {
		if ((rc = read_as_old(j, &blocks, &old, &same, err)) < 0) {
			goto done;
		}
		reread = same;
		j->target = same ? &old : target;
	}
	if ((!same || s->partial) && j->opts->mode != VV_PATCH_EXACT && s->side[1].exists &&
	    target) {
		rc = patch_fit_run(j, err);
	} else if (!same) {
		rc = patch_misfit_text(j, NULL, NULL, "the version that the patch was made from",
				       "another version", err);
	} else {
		rc = patch_exact_run(j, err);
	}
done:
	if (reread) {
		vv_table_close(&old);
	}
	vv_mem_sink_free(blocks);
	j->target = target;
	return rc;
}

/* Do two columns that are one differ in more than their names? */
static bool field_differs(const patch_section *s, const vv_field *a, const vv_field *b)
{
	const vv_json *x = a->json, *y = b->json;
	if (a->type != b->type || strcmp(a->format, b->format) != 0) return true;
	return strcmp(a->name, b->name) == 0 &&
	       (x->end - x->start != y->end - y->start ||
		memcmp(s->side[0].root.schema.data + x->start,
		       s->side[1].root.schema.data + y->start, x->end - x->start) != 0);
}

/* The number of the pair that has column `at` of a side. */
static size_t pair_of(const patch_section *s, int side, long at)
{
	return vv_find_place(i, s->pair_count, s->pairs[i].side[side] == at);
}

/* Does the patch change what columns mean, which bytes of rows do not show? */
static bool changes_meaning(const patch_section *s)
{
	const patch_side *a = &s->side[0], *b = &s->side[1];
	if (!a->exists || !b->exists) return false;
	bool differs = a->root.key_count != b->root.key_count;
	for (size_t i = 0; !differs && i < a->root.key_count; i++) {
		long p = vv_schema_find(&a->schema, a->root.key[i], strlen(a->root.key[i]));
		long q = vv_schema_find(&b->schema, b->root.key[i], strlen(b->root.key[i]));
		differs = p < 0 || q < 0 || pair_of(s, 0, p) != pair_of(s, 1, q);
	}
	for (size_t i = 0; !differs && i < s->pair_count; i++) {
		const long *at = s->pairs[i].side;
		differs = at[0] >= 0 && at[1] >= 0 &&
			  field_differs(s, &a->schema.fields[at[0]], &b->schema.fields[at[1]]);
	}
	return differs;
}

/* Or how a version keeps its rows? */
static void note_stored(vv_patch_done *done, const patch_section *s)
{
	const vv_root *a = &s->side[0].root, *b = &s->side[1].root;

	if (s->side[0].exists && s->side[1].exists) {
		done->stored_order = vv_root_is_sorted(a) != vv_root_is_sorted(b) ||
				     (b->file_order_declared && !a->file_order_declared);
	}
}

static vv_status skip_section(patch_job *j, vv_error *err);

/* Applied to the version that it was made from; *skipped: that was not wanted. */
static vv_status section_run_on_version(patch_job *j, bool *skipped, vv_error *err)
{
	const patch_section *s = j->section;
	const vv_patch_apply_options *o = j->opts;
	const vv_cid *root = s->side[0].exists ? &s->side[0].cid : NULL;
	bool exists = false;
	vv_table t;
	vv_status rc = o->version(o->payload, s->path[1], root, &t, &exists, err);
	*skipped = rc == VV_OK && !exists;
	if (rc < 0 || !exists) return rc < 0 ? rc : skip_section(j, err);
	j->target = root ? &t : NULL;
	j->keep = o->keep;
	rc = patch_exact_run(j, err);
	if (j->target) {
		vv_table_close(&t);
		j->target = NULL;
	}
	return rc;
}

/* Where the section's old version must be, and nothing else. */
static vv_status section_run(patch_job *j, bool *skipped, vv_error *err)
{
	const patch_section *s = j->section;
	const vv_patch_apply_options *o = j->opts;
	bool exists = false, moves = strcmp(s->path[0], s->path[1]) != 0;
	vv_table t;
	vv_status rc = VV_OK;
	j->done = (vv_patch_done){.path = s->path[1],
				  .old_path = s->side[0].exists ? s->path[0] : NULL,
				  .removed = !s->side[1].exists,
				  .schema = changes_meaning(s)};
	note_stored(&j->done, s);
	j->done.old_root = s->side[0].exists ? &s->side[0].cid : NULL;
	if (s->side[1].exists) {
		j->done.root = &s->side[1].cid;
		j->done.as = &s->side[1].root;
	}
	if (o->version) return section_run_on_version(j, skipped, err);
	if (s->side[1].exists && (!s->side[0].exists || moves)) {
		if ((rc = o->open(o->payload, s->path[1], NULL, NULL, &exists, err)) < 0) return rc;
		if (exists) {
			return patch_misfit_text(j, NULL, NULL, "no such file", "a file", err);
		}
	}
	if (s->side[0].exists) {
		exists = false;
		rc = o->open(o->payload, s->path[0], &s->side[0].root, &t, &exists, err);
		if (rc < 0) return rc;
		if (!exists) return patch_misfit_text(j, NULL, NULL, "a table", NULL, err);
		j->target = &t;
	}
	if (j->target && j->target->root.kind != VV_KIND_TABLE) {
		rc = patch_misfit_text(j, NULL, NULL, "a table", "a file of bytes", err);
	} else {
		rc = table_run(j, err);
	}
	if (j->target) {
		vv_table_close(&t);
		j->target = NULL;
	}
	return rc;
}

/* Behind the section's last line, wherever it was left. */
static vv_status skip_section(patch_job *j, vv_error *err)
{
	patch_op op = {.kind = PATCH_KEEP};
	vv_status rc = patch_section_again(j->lines, j->section, err);
	while (rc == VV_OK && op.kind != PATCH_END) {
		rc = patch_op_read(&op, j->lines, j->section, err);
	}
	return rc;
}

vv_status vv_patch_apply(const vv_patch_source *patch, const vv_patch_apply_options *opts,
			 vv_error *err)
{
	patch_lines lines;
	patch_section s;
	vv_error misfit = {0};
	int more = 0;
	vv_status rc = patch_lines_open(&lines, patch, err);
	while (rc == VV_OK && (more = patch_section_read(&s, &lines, opts->reverse, err)) > 0) {
		patch_job j = {.opts = opts, .lines = &lines, .section = &s};
		bool skipped = false;
		rc = section_run(&j, &skipped, err);
		if (rc == VV_OK && opts->done && !skipped) {
			rc = opts->done(opts->payload, &j.done, err);
		} else if (rc == VV_ECONFLICT) {
			/* the others are looked at as well: all that does not fit is reported */
			if (err) {
				misfit = *err;
			}
			misfit.code = VV_ECONFLICT;
			rc = opts->left ? opts->left(opts->payload, s.path[1], err) : VV_OK;
			rc = rc < 0 ? rc : skip_section(&j, err);
		}
		patch_section_clear(&s);
	}
	patch_lines_close(&lines);
	if (rc == VV_OK) {
		rc = (vv_status)more;
	}
	if (rc == VV_OK && misfit.code < 0) {
		if (err) {
			*err = misfit;
		}
		rc = VV_ECONFLICT;
	}
	return rc;
}
