/*
 * json_list: writes the members of an object from a list of entries.
 *
 * 	vv_json_put_object(&w, {JSON_TEXT("path", path)}, {JSON_NUMBER_OR_NULL(counted, "rows", rows)},
 * 			   {JSON_BOOL_WHEN(repo, "stored", repo->stored)});
 */
#ifndef VV_BASE_JSON_JSON_LIST_H
#define VV_BASE_JSON_JSON_LIST_H

#include "base/json/json.h"

/* An entry of the list: a member, or the end of an object. The macros below make entries. The entries
 * after a JSON_OBJECT are the members of this object, up to a JSON_END. With vv_json_put_members, the
 * last entry may be a JSON_OBJECT or JSON_ARRAY: the object or array then stays open, and the caller
 * writes its content and closes it. */
typedef struct vv_json_entry {
	const char *name; /* the member's name; NULL: the member is left out */
	enum {
		VV_JSON_IS_TEXT,
		VV_JSON_IS_NUMBER,
		VV_JSON_IS_BOOL,
		VV_JSON_IS_TIME,
		VV_JSON_IS_NAMES,
		VV_JSON_IS_ARRAY,
		VV_JSON_IS_OBJECT,
		VV_JSON_IS_END,
		VV_JSON_IS_BY,
		VV_JSON_IS_EACH
	} type;
	const char *text;         /* TEXT: the text; NULL: the value is null */
	size_t len;               /* TEXT: bytes, SIZE_MAX: up to the NUL; EACH: bytes of an item */
	const char *const *names; /* NAMES: array of texts */
	uint64_t number;          /* NUMBER, BOOL, TIME: the value; NAMES, EACH: number of items */
	bool null;                /* NUMBER: the value is null */
	const void *value;        /* BY: passed to write; EACH: the first item */
	void (*write)(vv_json_out *w, const void *value); /* BY, EACH: writes one value */
} vv_json_entry;

/* The macros that make entries. n is the member's name. If `there` is false, a macro with WHEN leaves
 * out the member, and a macro with OR_NULL writes null; the value is then not evaluated. */
#define JSON_TEXT_LEN(n, s, l) .name = (n), .text = (s), .len = (l)
#define JSON_TEXT(n, s) JSON_TEXT_LEN(n, s, SIZE_MAX)
#define JSON_NUMBER(n, v) .name = (n), .type = VV_JSON_IS_NUMBER, .number = (v)
#define JSON_BOOL(n, v) .name = (n), .type = VV_JSON_IS_BOOL, .number = (v)
#define JSON_TIME(n, v)                                                                            \
	.name = (n), .type = VV_JSON_IS_TIME, .number = (uint64_t)(v) /* in UTC; 0: null */
#define JSON_NAMES(n, list, count)                                                                 \
	.name = (n), .type = VV_JSON_IS_NAMES, .names = (const char *const *)(list),               \
	.number = (count)
#define JSON_ARRAY(n) .name = (n), .type = VV_JSON_IS_ARRAY
#define JSON_OBJECT(n) .name = (n), .type = VV_JSON_IS_OBJECT
#define JSON_END .name = "", .type = VV_JSON_IS_END
/* A member whose value is already JSON. If json is NULL, the member is left out. */
#define JSON_RAW(n, json) JSON_BY(vv_json_put_raw, (json) ? (n) : NULL, json)
/* A value that fn(w, v) writes. */
#define JSON_BY(fn, n, v) .name = (n), .type = VV_JSON_IS_BY, .write = (fn), .value = (v)
/* An array. fn(w, item) is called for each of the count items, with a pointer to the item, and writes
 * one value. fn may overwrite texts in rotating buffers (vv_text_slot), so put entries with such texts
 * before the JSON_EACH. */
#define JSON_EACH(fn, n, items, count)                                                             \
	.name = (n), .type = VV_JSON_IS_EACH, .write = (fn), .value = (items), .number = (count),  \
	.len = sizeof(*(items))
#define JSON_URL(n, s) JSON_BY(vv_json_url, n, s)
#define JSON_NUMBER_OR_NULL(there, n, v) JSON_NUMBER(n, (there) ? (v) : 0), .null = !(there)
#define JSON_TEXT_WHEN(there, n, s) JSON_TEXT((there) ? (n) : NULL, (there) ? (s) : NULL)
#define JSON_TEXT_LEN_WHEN(there, n, s, l)                                                         \
	JSON_TEXT_LEN((there) ? (n) : NULL, (there) ? (s) : NULL, (there) ? (l) : 0)
#define JSON_NUMBER_WHEN(there, n, v) JSON_NUMBER((there) ? (n) : NULL, (there) ? (v) : 0)
#define JSON_BOOL_WHEN(there, n, v) JSON_BOOL((there) ? (n) : NULL, (there) && (v))

#define VV_JSON_LIST(...)                                                                          \
	(const vv_json_entry[]){__VA_ARGS__},                                                      \
		sizeof((const vv_json_entry[]){__VA_ARGS__}) / sizeof(vv_json_entry)
/* Writes the entries as members of the innermost open object of w. */
#define vv_json_put_members(w, ...) vv_json_members_put(w, VV_JSON_LIST(__VA_ARGS__))
/* Writes a whole object with the entries as its members. */
#define vv_json_put_object(w, ...) vv_json_object_put(w, VV_JSON_LIST(__VA_ARGS__))
/* Writes json, a NUL-ended text that is already JSON. JSON_RAW uses this function. */
void vv_json_put_raw(vv_json_out *w, const void *json);
/* Do the work of vv_json_put_members and vv_json_put_object. */
void vv_json_members_put(vv_json_out *w, const vv_json_entry *members, size_t count);
void vv_json_object_put(vv_json_out *w, const vv_json_entry *members, size_t count);

#endif
