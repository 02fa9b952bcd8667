/*
 * erase_stay: the entries of one erasure.
 */
#include "lib/space/erase_stay.h"

#include "base/array.h"
#include "repo/known/erased.h"

static vv_status add_value(vv_erased *e, const vv_erase *found, size_t place, vv_error *err)
{
	const unsigned fold = vv_erase_values_fold(found->values);
	size_t len;
	const char *text = vv_erase_values_plain(found->values, place, &len);
	vv_status rc;

	if (!found->columns || !vv_erase_values_is_numeric(found->values, place)) {
		return vv_erased_add_value(e, fold, NULL, text, len, err);
	}
	vv_array_each(found->names.items, found->names.count, name) {
		rc = vv_erased_add_value(e, fold, *name, text, len, err);
		if (rc < 0) return rc;
	}
	return VV_OK;
}

static vv_status add_versions(vv_erased *e, const vv_cid_set *set, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < vv_cid_set_count(set); i++) {
		rc = vv_erased_add_cid(e, vv_cid_set_at(set, i), err);
	}
	return rc;
}

vv_status vv_erase_stay(const vv_erase_plan *p, const vv_erase *found, vv_repository *r,
			vv_error *err)
{
	vv_auto(vv_erased) *e = NULL;
	vv_status rc;

	if (p->objects.count == 0) return VV_OK;
	if ((rc = vv_erased_open_own(&e, r, err)) < 0) return rc;
	vv_array_each(p->objects.items, p->objects.count, id) {
		if ((rc = vv_erased_add_oid(e, id, err)) < 0) return rc;
	}
	if ((rc = add_versions(e, p->roots, err)) < 0 ||
	    (rc = add_versions(e, p->blocks, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; found->values && i < found->found.count; i++) {
		rc = add_value(e, found, found->found.items[i], err);
		if (rc < 0) return rc;
	}
	return vv_erased_write(e, r, err);
}
