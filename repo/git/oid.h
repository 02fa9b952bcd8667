/*
 * oid: writes, parses and compares ids of Git objects.
 */
#ifndef VV_REPO_GIT_OID_H
#define VV_REPO_GIT_OID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/sys.h"

/* A Git object id (SHA-1). may_alias: repository_internal.h also accesses ids with libgit2's type. */
typedef struct __attribute__((may_alias)) vv_oid {
	uint8_t id[20];
} vv_oid;

#define VV_OID_TEXT 40u /* hex digits of an id, without a NUL */

/* Writes the 40 hex digits of oid, and a NUL, to out. */
void vv_oid_text(char out[VV_OID_TEXT + 1], const vv_oid *oid);
/* Returns the 40 hex digits of oid, in a rotating buffer (vv_text_slot). */
const char *vv_oid_shows(const vv_oid *oid);
/* Parses exactly 40 hex digits of either case, and sets *out. Returns false for any other text. */
bool vv_oid_parse(vv_oid *out, const char *hex, size_t len);
bool vv_oid_equal(const vv_oid *a, const vv_oid *b);
bool vv_oid_is_null(const vv_oid *oid);       /* true if all bytes are 0 */
bool vv_oid_is_empty_blob(const vv_oid *oid); /* true for the id of the empty blob */

/* A list of ids of Git objects. Initialise with {0}; clear with vv_oids_clear if it was filled by
 * vv_oids_add. */
typedef struct vv_oids {
	vv_oid *items;
	size_t count, cap;
} vv_oids;
vv_status vv_oids_add(vv_oids *list, const vv_oid *id, vv_error *err); /* ignores a null id */
/* Appends the count ids of items to list; ignores null ids. */
vv_status vv_oids_add_all(vv_oids *list, const vv_oid *items, size_t count, vv_error *err);
void vv_oids_sort(vv_oids *list); /* by their bytes */
/* Returns true if list, which is sorted, has the id. */
bool vv_oids_has(const vv_oids *list, const vv_oid *id);
void vv_oids_clear(vv_oids *list);
VV_AUTO_CLEAR(vv_oids, vv_oids_clear)

/* A JSON member (base/json/json_list.h) with the id as text, or null if the id is null. */
#define JSON_OID(n, id) JSON_TEXT(n, vv_oid_is_null(id) ? NULL : vv_oid_shows(id))

#endif
