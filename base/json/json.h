/*
 * json: reading JSON documents and writing JSON values (yajl underneath).
 *
 * Stricter than yajl: valid UTF-8 only, no duplicate members, no lone surrogates, a depth limit,
 * one value. Numbers keep their spelling. Every node has its position in the source, so that an
 * edit can splice the text and leave the rest of the file unchanged.
 */
#ifndef VV_BASE_JSON_JSON_H
#define VV_BASE_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

typedef enum vv_json_type {
	VV_JSON_NULL,
	VV_JSON_FALSE,
	VV_JSON_TRUE,
	VV_JSON_NUMBER, /* text: the spelling */
	VV_JSON_STRING, /* text: decoded */
	VV_JSON_ARRAY,
	VV_JSON_OBJECT
} vv_json_type;

/* Lives in the arena that it was read into. */
typedef struct vv_json {
	vv_json_type type;
	size_t start, end; /* the value's bytes in the source: [start, end) */
	const char *name;  /* member name, decoded, or NULL */
	size_t name_len;
	size_t name_start; /* where the member's name begins in the source */
	const char *text;  /* number: spelling; string: decoded, NUL after */
	size_t text_len;
	struct vv_json *first; /* first element or member */
	struct vv_json *next;  /* next sibling */
	struct vv_json *parent;
	size_t count; /* elements or members */
} vv_json;

#define VV_JSON_DEPTH 64

/* Reads one document. name is for messages ("datapackage.json"). VV_EINPUT with line and column
 * when it is not JSON. A UTF-8 BOM is skipped. *out lives in arena. */
vv_status vv_json_read(vv_json **out, vv_arena *arena, const char *text, size_t len,
		       const char *name, vv_error *err);

/* The member called name, or NULL. */
const vv_json *vv_json_get(const vv_json *object, const char *name);

/* The decoded text of a string member, or NULL when absent or no string. */
const char *vv_json_get_string(const vv_json *object, const char *name);

/* Member as bool / unsigned; fallback when absent or of another type. */
bool vv_json_get_bool(const vv_json *object, const char *name, bool fallback);
bool vv_json_get_u64(uint64_t *out, const vv_json *object, const char *name);

/* Appends node as compact JSON, members in their order, numbers as spelled,
 * strings escaped canonically. */
void vv_json_put_node(vv_buf *b, const vv_json *node);

/* Appends a JSON string with its quotes: escapes '"', '\\', controls (\b \f \n \r \t, else \u00xx
 * lower case); other bytes unchanged. The input must be valid UTF-8: returns false if it is not,
 * with U+FFFD for invalid bytes. */
bool vv_json_put_string(vv_buf *b, const char *s, size_t len);

/* Appends valid JSON on one line: drops the blanks between tokens if the value has line breaks. */
void vv_json_put_line(vv_buf *b, const char *json, size_t len);

/* Any bytes (NULL for none), exactly: a JSON string if they are UTF-8, else {"base64":"..."} (RFC 4648,
 * section 4, with padding). */
void vv_json_put_text(vv_buf *b, const char *s, size_t len);

/* The bytes of a value that vv_json_put_text wrote. They live in arena. VV_EINPUT: err names the
 * expected value; v may be NULL. */
vv_status vv_json_get_text(const char **bytes, size_t *len, const vv_json *v, vv_arena *arena,
			   vv_error *err);

/* A streaming writer for --json output: it writes commas and tracks nesting. indent 0 writes
 * compactly on one line. */
typedef struct vv_json_out {
	vv_buf *buf;
	unsigned indent; /* spaces a level */
	unsigned depth;
	bool need_comma;
	bool after_name;
} vv_json_out;

void vv_json_out_init(vv_json_out *w, vv_buf *buf, unsigned indent);
vv_json_out vv_json_begin_object(vv_buf *buf, unsigned indent); /* with an open object */
void vv_json_open_object(vv_json_out *w);
void vv_json_close_object(vv_json_out *w);
void vv_json_open_array(vv_json_out *w);
void vv_json_close_array(vv_json_out *w);
void vv_json_name(vv_json_out *w, const char *name);
/* The same, but faster: for names without characters to escape, on one line (indent 0). */
void vv_json_plain_name(vv_json_out *w, const char *name, size_t len);
/* Values of any bytes, as vv_json_put_text writes them. */
void vv_json_string(vv_json_out *w, const char *s); /* NULL writes null */
void vv_json_string_len(vv_json_out *w, const char *s, size_t len);
void vv_json_url(vv_json_out *w, const void *url); /* without its secret; NULL writes null */
void vv_json_u64(vv_json_out *w, uint64_t v);
void vv_json_bool(vv_json_out *w, bool v);
void vv_json_null(vv_json_out *w);
void vv_json_raw(vv_json_out *w, const char *json, size_t len); /* a finished value */
/* A member: a name and its value; arrays and objects are opened. */
void vv_json_add_string(vv_json_out *w, const char *name, const char *s); /* NULL writes null */
void vv_json_add_u64(vv_json_out *w, const char *name, uint64_t v);
void vv_json_add_time(vv_json_out *w, const char *name,
		      int64_t seconds); /* in UTC; 0 writes null */
void vv_json_add_bool(vv_json_out *w, const char *name, bool v);
void vv_json_add_array(vv_json_out *w, const char *name);
void vv_json_add_object(vv_json_out *w, const char *name);

/* Where JSON object text is in a longer run of bytes: used for rows of NDJSON and JSON arrays. The
 * reader walks one flat object and lends each member; nested values come as raw slices. */
typedef struct vv_json_member {
	const char *name; /* decoded; borrowed until the next call */
	size_t name_len;
	vv_json_type type;
	const char *raw; /* the value's bytes in the source */
	size_t raw_len;
	const char *text; /* decoded string (VV_JSON_STRING), else NULL */
	size_t text_len;  /* a string that has no exact UTF-8 decoding (lone
	                    * surrogate) comes with text NULL: keep raw */
} vv_json_member;

typedef struct vv_json_rows vv_json_rows; /* a reusable parser, one a thread */
typedef vv_status (*vv_json_member_fn)(void *payload, const vv_json_member *m, vv_error *err);

vv_json_rows *vv_json_rows_new(void); /* NULL when out of memory */
void vv_json_rows_free(vv_json_rows *r);
VV_AUTO_FREE(vv_json_rows, vv_json_rows_free)

/* Parses exactly one object that starts at bytes[0] ('{'). *used is its length in bytes. VV_EINPUT
 * when the text is not a valid object, with the message relative to the object and *used set to the
 * offset of the fault; duplicate members are refused. VV_ENOTFOUND when the object does not end
 * within len and more_may_come is true. */
vv_status vv_json_rows_object(vv_json_rows *r, size_t *used, const char *bytes, size_t len,
			      bool more_may_come, vv_json_member_fn fn, void *payload,
			      vv_error *err);

#endif
