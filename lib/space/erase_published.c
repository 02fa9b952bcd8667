/*
 * erase_published: the names of records, and the nodes that have their files.
 */
#include "lib/space/erase_published.h"

#include "base/array.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/known/published.h"

static vv_status add_held(vv_erase *e, const vv_cid *version, vv_error *err)
{
	const char *name = vv_arena_printf(&e->arena, "published %s", vv_cid_shows(version));

	return name && vv_array_add(e->refs, e->ref_count, e->ref_cap, name) ? VV_OK
									     : vv_fail_nomem(err);
}

static vv_status add_gap(vv_erase *e, const vv_cid *version, vv_error *err)
{
	const char *name = vv_arena_printf(&e->arena, "published %s", vv_cid_shows(version));
	const vv_erase_gap gap = {.path = name, .why = "in no commit: not searched; withdraw it"};

	if (!name || !vv_array_add(e->gaps, e->gap_count, e->gap_cap, gap)) {
		return vv_fail_nomem(err);
	}
	e->open_count++;
	return VV_OK;
}

vv_status vv_erase_published_find(vv_erase *e, vv_repository *r, vv_error *err)
{
	vv_auto_free vv_cid *versions = NULL;
	size_t count = 0;
	vv_status rc = vv_published_list(&versions, &count, vv_repository_varvedir(r), err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		bool held;

		if (!vv_erase_scanner_has(e->scanner, &versions[i], &held)) {
			rc = e->where || e->from ? VV_OK : add_gap(e, &versions[i], err);
		} else if (held) {
			rc = add_held(e, &versions[i], err);
		}
	}
	return rc;
}

void vv_erase_withdrawn_clear(vv_erase_withdrawn *w)
{
	vv_string_list_clear(&w->urls);
}

static vv_status withdraw_version(vv_erase_withdrawn *out, const vv_cid *version, const char *dir,
				  vv_error *err)
{
	vv_auto(vv_published) p = {0};
	vv_status rc = vv_published_find(&p, dir, version, err);

	if (rc < 0 && rc != VV_ECORRUPT) return vv_missing_ok(rc, err);
	for (size_t i = 0; i < p.holder_count; i++) {
		if (!vv_text_is_among(p.holders[i], VV_TEXTS(out->urls.items), out->urls.count) &&
		    (rc = vv_string_list_add(&out->urls, vv_strdup(p.holders[i]), err)) < 0) {
			return rc;
		}
	}
	out->count++;
	return vv_missing_ok(vv_published_withdraw(dir, version, err), err);
}

vv_status vv_erase_published_withdraw(vv_erase_withdrawn *out, const vv_cid_set *roots,
				      vv_repository *r, vv_error *err)
{
	const char *dir = vv_repository_varvedir(r);
	vv_auto_free vv_cid *versions = NULL;
	size_t count = 0;
	vv_status rc = vv_published_list(&versions, &count, dir, err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (vv_cid_set_has(roots, &versions[i])) {
			rc = withdraw_version(out, &versions[i], dir, err);
		}
	}
	return rc;
}
