/*
 * json: reads JSON documents and writes JSON values, with yajl.
 *
 * The reader is stricter than yajl: a document is one value in valid UTF-8, without duplicate
 * members or lone surrogates, and not nested deeper than VV_JSON_DEPTH. Numbers keep their
 * spelling. Every node has its position in the source, so that an edit can replace a part of the
 * text and leave the rest of the file unchanged.
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

/* The type of a value. */
typedef enum vv_json_type {
	VV_JSON_NULL,
	VV_JSON_FALSE,
	VV_JSON_TRUE,
	VV_JSON_NUMBER, /* text: the spelling */
	VV_JSON_STRING, /* text: decoded */
	VV_JSON_ARRAY,
	VV_JSON_OBJECT
} vv_json_type;

/* One JSON value, allocated in the arena passed to vv_json_read. */
typedef struct vv_json {
	vv_json_type type;
	size_t start, end; /* the value's bytes in the source: [start, end) */
	const char *name;  /* decoded name of a member; NULL: not a member */
	size_t name_len;
	size_t name_start; /* offset of the member's name in the source */
	/* number: its spelling; string: its decoded bytes, which may include NULs; both end with a
	 * NUL; other types: NULL */
	const char *text;
	size_t text_len;
	struct vv_json *first; /* the first element or member; NULL: no elements or members */
	struct vv_json *next;  /* next element or member of parent; NULL: this is the last */
	/* the array or object of this value; NULL: the value is the document */
	struct vv_json *parent;
	size_t count; /* elements or members */
} vv_json;

#define VV_JSON_DEPTH 64 /* the deepest nesting that the reader accepts */

/* Parses text as one JSON document, and sets *out to its value. All values are allocated in arena.
 * Skips a UTF-8 BOM. name is the document's name in messages, such as "datapackage.json".
 * VV_EINPUT: the text is not valid JSON; the message has line and column. */
vv_status vv_json_read(vv_json **out, vv_arena *arena, const char *text, size_t len,
		       const char *name, vv_error *err);

/* Returns the value of the member called name. NULL: no such member, or `object` is NULL or has
 * another type. */
const vv_json *vv_json_get(const vv_json *object, const char *name);

/* Evaluates to the first element or member of node for which the expression is_it is true, or NULL if
 * there is none. node may be NULL. In is_it, `child` points to the element or member. */
#define vv_json_find(node, child, is_it)                                                           \
	__extension__({                                                                            \
		const vv_json *parent_ = (node), *child = parent_ ? parent_->first : NULL;         \
		while (child && !(is_it)) {                                                        \
			child = child->next;                                                       \
		}                                                                                  \
		child;                                                                             \
	})

/* Returns the decoded text of the member called name, borrowed from object. NULL: the member is
 * missing or not a string. */
const char *vv_json_get_string(const vv_json *object, const char *name);

/* Returns the value of the boolean member called name, or fallback if the member is missing or has
 * another type. */
bool vv_json_get_bool(const vv_json *object, const char *name, bool fallback);
/* Sets *out to the number in the member called name. Returns false, with *out unchanged, if the
 * member is missing or not an unsigned integer of 64 bits. */
bool vv_json_get_u64(uint64_t *out, const vv_json *object, const char *name);

/* Appends node as compact JSON. Members keep their order, and numbers their spelling; strings are
 * escaped as vv_json_put_string does. */
void vv_json_put_node(vv_buf *b, const vv_json *node);

/* Appends len bytes of s as a JSON string with its quotes. Escapes '"', '\\' and bytes below 0x20 (as
 * \b \f \n \r \t, others as \u00xx in lower case); other bytes are unchanged. If s is not valid
 * UTF-8, appends U+FFFD for invalid bytes, and returns false. */
bool vv_json_put_string(vv_buf *b, const char *s, size_t len);

/* Appends json, a valid JSON value, as one line. If json has line breaks, leaves out all white space
 * between tokens; otherwise appends json unchanged. */
void vv_json_put_line(vv_buf *b, const char *json, size_t len);

/* Appends len bytes of s without loss: as a JSON string if they are valid UTF-8, else as
 * {"base64":"..."} (RFC 4648, section 4, with padding). If s is NULL, len must be 0; appends "". */
void vv_json_put_text(vv_buf *b, const char *s, size_t len);

/* Reads a value that vv_json_put_text wrote: sets *bytes and *len to its bytes. *bytes is borrowed
 * from v or allocated in arena. VV_EINPUT: v is NULL or is not such a value; the message has the
 * expected form. */
vv_status vv_json_get_text(const char **bytes, size_t *len, const vv_json *v, vv_arena *arena,
			   vv_error *err);

/* A streaming writer of JSON, which adds commas and tracks nesting. */
typedef struct vv_json_out {
	vv_buf *buf;     /* receives the output; borrowed */
	unsigned indent; /* spaces per level; 0: compact output on one line */
	unsigned depth;  /* number of open objects and arrays */
	bool need_comma; /* the next name or element follows another one */
	bool after_name; /* a name was written; its value follows */
} vv_json_out;

/* Returns a writer to buf that has opened an object. A writer for any other value is initialised as
 * vv_json_out w = {.buf = &b, .indent = 2}. */
vv_json_out vv_json_begin_object(vv_buf *buf, unsigned indent);
/* Returns a writer to buf that has opened an array. */
vv_json_out vv_json_begin_array(vv_buf *buf, unsigned indent);
void vv_json_open_object(vv_json_out *w);  /* begins an object as a value */
void vv_json_close_object(vv_json_out *w); /* ends the innermost open value, an object */
void vv_json_open_array(vv_json_out *w);   /* begins an array as a value */
void vv_json_close_array(vv_json_out *w);  /* ends the innermost open value, an array */
/* Writes the name of a member; the next call writes its value. */
void vv_json_name(vv_json_out *w, const char *name);
/* Like vv_json_name, but faster; only for indent 0, and names of len bytes that need no escapes. */
void vv_json_plain_name(vv_json_out *w, const char *name, size_t len);
/* Writes a text of any bytes as a value, as vv_json_put_text does. NULL writes null. */
void vv_json_string(vv_json_out *w, const char *s);
/* Writes len bytes of s as a value, as vv_json_put_text does. If s is NULL, len must be 0; writes
 * "". */
void vv_json_string_len(vv_json_out *w, const char *s, size_t len);
/* Writes url, a const char *, as a value without its secrets (vv_text_put_url). NULL writes null. */
void vv_json_url(vv_json_out *w, const void *url);
void vv_json_u64(vv_json_out *w, uint64_t v); /* writes a number as a value */
void vv_json_bool(vv_json_out *w, bool v);    /* writes true or false as a value */
void vv_json_null(vv_json_out *w);            /* writes null as a value */
/* Writes a value of len bytes that is already JSON. */
void vv_json_raw(vv_json_out *w, const char *json, size_t len);
/* Writes node as a value, as vv_json_put_node does. */
void vv_json_node(vv_json_out *w, const vv_json *node);
/* The functions vv_json_add_... write a member: its name and its value. A text NULL writes null. */
void vv_json_add_string(vv_json_out *w, const char *name, const char *s);
void vv_json_add_u64(vv_json_out *w, const char *name, uint64_t v);
/* Writes a member with a time, such as "2024-05-17T08:00:00Z". seconds: since 1970; 0 writes
 * null. */
void vv_json_add_time(vv_json_out *w, const char *name, int64_t seconds);
void vv_json_add_bool(vv_json_out *w, const char *name, bool v);
/* Writes the name of a member, and begins an array or an object as its value. */
void vv_json_add_array(vv_json_out *w, const char *name);
void vv_json_add_object(vv_json_out *w, const char *name);

/* A member of an object that vv_json_rows_object parses. The object is a row of NDJSON or of a JSON
 * array. An array or an object in the member is not parsed: the caller finds it in raw. name and text
 * are valid until the callback returns. */
typedef struct vv_json_member {
	const char *name; /* decoded */
	size_t name_len;  /* bytes of name */
	vv_json_type type;
	const char *raw; /* the value's bytes in the source */
	size_t raw_len;
	/* decoded string; NULL: not a VV_JSON_STRING, or a string with a lone surrogate, which has
	 * no exact form in UTF-8 */
	const char *text;
	size_t text_len; /* bytes of text */
} vv_json_member;

typedef struct vv_json_rows vv_json_rows; /* a reusable parser, for one thread at a time */
/* Receives a member. An error ends the parsing. */
typedef vv_status (*vv_json_member_fn)(void *payload, const vv_json_member *m, vv_error *err);

vv_json_rows *vv_json_rows_new(void); /* NULL when out of memory */
void vv_json_rows_free(vv_json_rows *r);
VV_AUTO_FREE(vv_json_rows, vv_json_rows_free)

/* Parses the object that starts at bytes[0], a '{', and calls fn for each member. Sets *used to the
 * length of the object in bytes. An error of fn is returned, with *used set to the offset of the
 * value. VV_EINPUT: not a valid object, nested more than 512 levels deep, or two of its members have
 * the same name (nested objects are not checked for this); *used is then the offset of the error, and
 * the message has no position. VV_ENOTFOUND: more_may_come is true, and the object does not end within
 * len bytes. */
vv_status vv_json_rows_object(vv_json_rows *r, size_t *used, const char *bytes, size_t len,
			      bool more_may_come, vv_json_member_fn fn, void *payload,
			      vv_error *err);

#endif
