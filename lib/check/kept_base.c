/*
 * kept_base: the words of the notes.
 */
#include "lib/check/kept_base.h"

#include "base/sys.h"
#include "base/text.h"

void vv_kept_base_clear(vv_kept_base *k)
{
	vv_diff_side_clear(&k->side);
	vv_nearest_kept_clear(&k->version);
}

vv_status vv_kept_base_find(vv_kept_base *out, vv_repository *r, const vv_diff_side *base,
			    const char *path, const vv_error *why, vv_error *err)
{
	const vv_notes *notes = vv_repository_notes(r);
	vv_nearest_kept *kept = &out->version;
	vv_status rc = vv_nearest_kept_find(kept, r, &base->commit, path, true, err);

	if (rc < 0) return rc;
	if (!kept->found) {
		vv_notes_put(notes, "%s: %s; no older version is stored for a comparison",
			     base->name, why->message);
		return vv_fail(err, VV_ENOTFOUND, "no older version is stored");
	}
	vv_auto(char) *word = vv_asprintf("the version of %s", kept->date);
	if (!word) return vv_fail_nomem(err);
	if ((rc = vv_diff_side_commit(&out->side, r, &kept->commit, word, err)) < 0) return rc;
	vv_notes_put(notes, "%s: %s; compared with %s", base->name, why->message, out->side.name);
	return VV_OK;
}
