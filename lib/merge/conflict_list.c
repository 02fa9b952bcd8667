/*
 * conflict_list: from the index's stages to records.
 */
#include "lib/merge/conflict_list.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/merge/tables.h"
#include "lib/names/content.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"

enum { NAMED_MAX = 3 }; /* paths in a message */

typedef struct lister {
	vv_conflict_list *out;
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_dataset_writer *writer; /* NULL: nothing is found out */
	vv_index *index;
	bool keep, again;
} lister;

static vv_status append_path(vv_conflict_list *l, const char *path, vv_error *err)
{
	if (!vv_array_room(l->paths, l->count, l->cap)) return vv_fail_nomem(err);
	vv_conflict_path *p = &l->paths[l->count];
	memset(p, 0, sizeof(*p));
	vv_conflict_record_init(&p->record);
	if (!(p->path = vv_strdup(path))) return vv_fail_nomem(err);
	l->count++;
	return VV_OK;
}

static vv_status is_table(lister *l, const vv_conflict_path *p, bool *out, vv_error *err)
{
	bool ours = false, theirs = false;
	vv_auto(char) *driver = NULL;
	vv_status rc;

	*out = false;
	if (!S_ISREG(p->sides[VV_OURS].mode) || !S_ISREG(p->sides[VV_THEIRS].mode)) return VV_OK;
	if ((rc = vv_dataset_reader_is_pointer(l->reader, &p->sides[VV_OURS].id, &ours, err)) < 0 ||
	    (rc = vv_dataset_reader_is_pointer(l->reader, &p->sides[VV_THEIRS].id, &theirs, err)) <
		    0) {
		return rc;
	}
	*out = ours || theirs;
	if (!*out && (rc = vv_attr_value(l->repo, p->path, "merge", &driver, err)) == VV_OK) {
		*out = strcmp(driver, "varve") == 0;
	}
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status find_out(lister *l, vv_conflict_path *p, vv_error *err)
{
	vv_dataset_merge in = {.repo = l->repo,
			       .writer = l->writer,
			       .path = p->path,
			       .sides = {p->sides[0], p->sides[1], p->sides[2]},
			       .dry = !l->keep};
	vv_auto(vv_dataset_merged) out = {0};

	vv_status rc = vv_dataset_merge_run(&out, &in, err);
	p->found_out = true;
	vv_conflict_record_clear(&p->record);
	p->record = out.record;
	vv_conflict_record_init(&out.record);
	return rc;
}

static vv_status name_kind(lister *l, vv_conflict_path *p, vv_error *err)
{
	const vv_index_side *of = &p->sides[p->sides[VV_OURS].mode     ? VV_OURS
					    : p->sides[VV_THEIRS].mode ? VV_THEIRS
								       : VV_BASE];
	vv_content version;
	const vv_status rc = vv_content_read(&version, l->repo, of->mode, &of->id, err);

	p->kind = vv_content_kind(&version);
	return vv_error_excuse(rc, rc == VV_EMISSING, err);
}

static vv_status describe_path(lister *l, vv_conflict_path *p, vv_error *err)
{
	vv_status rc = name_kind(l, p, err);

	if (rc < 0 || (rc = is_table(l, p, &p->dataset, err)) < 0 || !p->dataset) return rc;
	rc = vv_conflict_record_load(&p->record, l->repo, l->index, p->path, err);
	if (!l->writer && (rc == VV_ENOTFOUND || rc == VV_EINPUT || rc == VV_ENOSUPPORT)) {
		vv_conflict_record_clear(&p->record); /* read in part, or of another merge */
		p->unknown = true;
		return VV_OK;
	}
	if (rc == VV_ENOTFOUND || (rc == VV_EINPUT && l->again)) {
		rc = find_out(l, p, err);
	}
	return rc;
}

static bool is_listed(const vv_index_entry *e, vv_pathspec *paths, const char *only)
{
	return e->stage != 0 && (!only || strcmp(e->path, only) == 0) &&
	       (!paths || vv_pathspec_match(paths, e->path, NULL));
}

bool vv_conflict_stops(const vv_error *why)
{
	return why->code == VV_ENOMEM || why->code == VV_ECANCELLED || why->full;
}

static vv_status list_paths(lister *l, vv_pathspec *paths, const char *only, vv_error *err)
{
	vv_conflict_list *out = l->out;
	vv_index *x = l->index;
	vv_status rc = VV_OK;

	memset(out, 0, sizeof(*out));
	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(x, &e);) {
		if (!is_listed(&e, paths, only)) {
			continue;
		}
		if ((out->count == 0 || strcmp(out->paths[out->count - 1].path, e.path) != 0) &&
		    (rc = append_path(out, e.path, err)) < 0) {
			break;
		}
		vv_conflict_path *p = &out->paths[out->count - 1];
		p->sides[e.stage - 1] = (vv_index_side){e.mode, e.id};
	}
	for (size_t i = 0; rc == VV_OK && i < out->count; i++) {
		vv_error why;

		if (describe_path(l, &out->paths[i], &why) < 0) {
			out->paths[i].failure = why;
			rc = !l->writer || vv_conflict_stops(&why) ? vv_error_copy(err, &why) : rc;
		}
	}
	return rc;
}

vv_status vv_conflict_list_read(vv_conflict_list *out, vv_repository *r, vv_dataset_writer *s,
				vv_index *x, vv_pathspec *paths, bool keep, bool again,
				vv_error *err)
{
	lister l = {.out = out,
		    .repo = r,
		    .reader = vv_dataset_writer_reader(s),
		    .writer = s,
		    .index = x,
		    .keep = keep,
		    .again = again};

	return list_paths(&l, paths, NULL, err);
}

vv_status vv_conflict_list_failure(const vv_conflict_list *l, vv_repository *r, vv_error *err)
{
	const vv_error *first = NULL;

	vv_array_each(l->paths, l->count, p) {
		if (p->failure.code == VV_OK) {
			continue;
		}
		(void)vv_prefix_name(&p->failure, p->path);
		if (first) {
			vv_notes_warn(vv_repository_notes(r), "%s", p->failure.message);
		}
		first = first ? first : &p->failure;
	}
	return first ? vv_error_copy(err, first) : VV_OK;
}

vv_status vv_conflict_list_known(vv_conflict_list *out, vv_repository *r, vv_dataset_reader *reader,
				 vv_index *x, const char *only, vv_error *err)
{
	lister l = {.out = out, .repo = r, .reader = reader, .index = x};

	return list_paths(&l, NULL, only, err);
}

const char *vv_conflict_file_reason(const vv_conflict_path *p)
{
	bool base = p->sides[VV_BASE].mode, ours = p->sides[VV_OURS].mode,
	     theirs = p->sides[VV_THEIRS].mode;

	if (!ours && !theirs) return "removed or renamed on both sides";
	if (!ours) return base ? "removed by ours, changed by theirs" : "only theirs has this name";
	if (!theirs) return base ? "changed by ours, removed by theirs" : "only ours has this name";
	return base ? "changed on both sides" : "added on both sides";
}

static void clear_rows(vv_decided_rows *l)
{
	vv_array_clear(l->rows, l->count, it, (vv_free(it->row), vv_free(it->text)));
}

void vv_conflict_list_clear(vv_conflict_list *l)
{
	vv_array_clear(l->paths, l->count, it,
		       (vv_free(it->path), vv_conflict_record_clear(&it->record),
			clear_rows(&it->removed), clear_rows(&it->renumbered)));
	memset(l, 0, sizeof(*l));
}

static void name_conflict(vv_buf *b, vv_repository *r, const vv_index *x, const char *path)
{
	vv_auto(vv_conflict_record) record = {0};

	vv_buf_puts(b, vv_text_shows(path));
	if (vv_conflict_record_load(&record, r, x, path, NULL) == VV_OK) {
		vv_buf_puts(b, " (");
		vv_conflict_record_describe(b, &record);
		vv_buf_puts(b, ")");
	}
}

vv_status vv_conflicts_refuse(vv_repository *r, const vv_index *x, vv_error *err)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;
	const char *before = NULL; /* the index has it */
	size_t count = 0;

	if (!vv_index_has_conflicts(x)) return VV_OK;
	for (vv_index_entry e = {0}; vv_index_next(x, &e);) {
		if (e.stage == 0 || (before && strcmp(before, e.path) == 0)) {
			continue;
		}
		before = e.path;
		if (++count <= NAMED_MAX) {
			vv_buf_puts(&names, count > 1 ? ", " : "");
			name_conflict(&names, r, x, e.path);
		}
	}
	vv_fail(err, VV_ECONFLICT, "there are unmerged paths; nothing was committed: %s%s",
		vv_buf_cstr(&names), count > NAMED_MAX ? " and more" : "");
	return vv_hint_code(err, VV_HINT_RESOLVE);
}
