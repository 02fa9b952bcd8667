/*
 * resolve_form: text or table: may a side be taken as a whole?
 */
#include <sys/stat.h>

#include "base/hint.h"
#include "base/text.h"
#include "lib/merge/resolve_internal.h"
#include "lib/names/version.h"
#include "repo/git/index/attributes.h"

/* The text of a side, where the result is a table: it must be one, before the file is replaced. */
static vv_status check_is_table(const vv_resolving *r, const vv_conflict_path *p, vv_error *err)
{
	static const char *const names[] = {
		[VV_BASE] = "base", [VV_OURS] = "ours", [VV_THEIRS] = "theirs"};
	const vv_subject_options opts = {.writes = true};
	vv_auto(vv_subject) s = {.text = p->path,
				 .from = VV_FROM_COMMIT,
				 .repo = r->repo,
				 .reader = r->reader,
				 .blob = p->sides[r->side].id,
				 .path = vv_strdup(p->path)};
	vv_auto(vv_table) t = {0};
	const vv_status rc = s.path ? vv_subject_open(&s, &t, &opts, err) : vv_fail_nomem(err);

	if (rc != VV_EINPUT) return rc;
	vv_prefix(err, "%s: %s cannot be taken", vv_text_shows(p->path), names[r->side]);
	return vv_hint_code(err, VV_HINT_EDIT_AND_ADD, p->path);
}

vv_status vv_resolve_check_form(const vv_resolving *r, const vv_conflict_path *p, bool *settled,
				vv_error *err)
{
	const vv_index_side *s = &p->sides[r->side];
	bool table = false, result = false;
	vv_status rc;

	*settled = !S_ISREG(s->mode) || vv_oid_is_null(&p->record.merged);
	if (*settled || (rc = vv_dataset_reader_is_pointer(r->reader, &s->id, &table, err)) < 0) {
		return *settled ? VV_OK : rc;
	}
	if (table) return vv_attr_tracked(r->repo, p->path, settled, err);
	rc = vv_dataset_reader_is_pointer(r->reader, &p->record.merged, &result, err);
	return rc < 0 || !result ? rc : check_is_table(r, p, err);
}
