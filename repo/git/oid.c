/*
 * oid: the id of a Git object as 40 hex digits, and back.
 */
#include "repo/git/oid.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/show.h"

static_assert(2 * sizeof(((vv_oid *)NULL)->id) == VV_OID_TEXT, "SHA-1");

void vv_oid_text(char out[VV_OID_TEXT + 1], const vv_oid *oid)
{
	vv_hex_write(out, oid->id, sizeof(oid->id));
}

const char *vv_oid_shows(const vv_oid *oid)
{
	char *out = vv_text_slot();

	vv_oid_text(out, oid);
	return out;
}

bool vv_oid_parse(vv_oid *out, const char *hex, size_t len)
{
	vv_oid oid;

	if (len != VV_OID_TEXT || !vv_hex_read(oid.id, sizeof(oid.id), hex)) return false;
	*out = oid;
	return true;
}

bool vv_oid_equal(const vv_oid *a, const vv_oid *b)
{
	return memcmp(a->id, b->id, sizeof(a->id)) == 0;
}

bool vv_oid_is_null(const vv_oid *oid)
{
	static const vv_oid none;

	return vv_oid_equal(oid, &none);
}

bool vv_oid_is_empty_blob(const vv_oid *oid)
{
	static const vv_oid empty = {{0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b,
				      0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2, 0xe4, 0x8c, 0x53, 0x91}};

	return vv_oid_equal(oid, &empty);
}

vv_status vv_oids_add(vv_oids *list, const vv_oid *id, vv_error *err)
{
	return vv_oid_is_null(id) || vv_array_add(list->items, list->count, list->cap, *id)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status vv_oids_add_all(vv_oids *list, const vv_oid *items, size_t count, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = vv_oids_add(list, &items[i], err);
	}
	return rc;
}

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(vv_oid));
}

void vv_oids_sort(vv_oids *list)
{
	if (list->count > 0) {
		qsort(list->items, list->count, sizeof(*list->items), by_id);
	}
}

bool vv_oids_has(const vv_oids *list, const vv_oid *id)
{
	return list->count > 0 &&
	       bsearch(id, list->items, list->count, sizeof(*list->items), by_id);
}

void vv_oids_clear(vv_oids *list)
{
	vv_free(list->items);
	*list = (vv_oids){0};
}
