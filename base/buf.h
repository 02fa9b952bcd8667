/*
 * buf: a growable run of bytes.
 *
 * Functions that append return nothing. If an allocation fails, `failed` becomes true, and later
 * appends do nothing. The caller tests once, with vv_buf_ok, after the last append. `data` is NULL
 * until memory is allocated; every append ends with a NUL at data[len]. Appending may move the
 * memory: pointers into data are then invalid, and appended bytes must not be a part of the same
 * buffer. Initialise a vv_buf with VV_BUF_INIT, and release it with vv_buf_clear.
 */
#ifndef VV_BASE_BUF_H
#define VV_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/sys.h"

/* A buffer. */
typedef struct vv_buf {
	char *data;           /* len bytes and a NUL; NULL: no memory allocated yet */
	size_t len;           /* bytes without the NUL */
	size_t cap;           /* allocated bytes */
	bool failed;          /* an allocation failed */
	struct vv_buf *owner; /* the buffer that fails, too, if this one fails; or NULL */
} vv_buf;

#define VV_BUF_INIT VV_BUF_FOR(NULL)
/* Initialises a buffer whose content the caller will append to another buffer, *of. If the new buffer
 * fails, *of fails at once, so that the caller tests only *of. *of must outlive the new buffer. */
#define VV_BUF_FOR(of)                                                                             \
	{                                                                                          \
		NULL, 0, 0, false, of                                                              \
	}

void vv_buf_clear(vv_buf *b); /* frees the memory; b can be used again */
VV_AUTO_CLEAR(vv_buf, vv_buf_clear)
/* Clears several buffers: vv_buf_clear_all(&r->names, &r->hashes); */
#define vv_buf_clear_all(...)                                                                      \
	vv_buf_clear_list((vv_buf *const[]){__VA_ARGS__},                                          \
			  sizeof((vv_buf *const[]){__VA_ARGS__}) / sizeof(vv_buf *))
/* Does the work of vv_buf_clear_all. */
void vv_buf_clear_list(vv_buf *const *list, size_t count);
void vv_buf_reset(vv_buf *b); /* sets len to 0 and failed to false; keeps the memory */
void vv_buf_fail(vv_buf *b);  /* sets failed in b, in its owner, in the owner's owner ... */

void vv_buf_drop_front(vv_buf *b, size_t len); /* removes the first len bytes */

/* Allocates memory for vv_buf_reserve. Call vv_buf_reserve instead. */
bool vv_buf_grow(vv_buf *b, size_t more);

/* The following short functions are inline because output of hundreds of megabytes passes through
 * them. */

/* Makes room for `more` bytes after the content, and a NUL. A caller that writes to data + len itself
 * increases len and writes the NUL at data[len]. If memory runs out, sets failed and returns
 * false. */
static inline bool vv_buf_reserve(vv_buf *b, size_t more)
{
	/* cap includes the NUL after the content, so `more` must be less than the rest. */
	return (!b->failed && more < b->cap - b->len) || vv_buf_grow(b, more);
}

/* Appends len bytes. */
static inline void vv_buf_put(vv_buf *b, const void *bytes, size_t len)
{
	if (!vv_buf_reserve(b, len)) return;
	if (len > 0) {
		memcpy(b->data + b->len, bytes, len);
		b->len += len;
	}
	b->data[b->len] = '\0';
}

/* Appends s, which ends with a NUL. */
static inline void vv_buf_puts(vv_buf *b, const char *s)
{
	vv_buf_put(b, s, strlen(s));
}

/* Replaces the content by len bytes, which must not be part of b. */
static inline void vv_buf_set(vv_buf *b, const void *bytes, size_t len)
{
	vv_buf_reset(b);
	vv_buf_put(b, bytes, len);
}

/* Appends the byte c. */
static inline void vv_buf_putc(vv_buf *b, int c)
{
	if (!vv_buf_reserve(b, 1)) return;
	b->data[b->len++] = (char)c;
	b->data[b->len] = '\0';
}

void vv_buf_put_spaces(vv_buf *b, size_t count); /* appends count blanks */
/* Appends bytes to payload, a vv_buf, and returns the result of vv_buf_ok. For use as a callback that
 * receives bytes. */
vv_status vv_buf_write(void *payload, const void *bytes, size_t len, vv_error *err);

/* Append a formatted text, as printf does. */
void vv_buf_printf(vv_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void vv_buf_vprintf(vv_buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Moves the bytes and their NUL out of b; the caller frees them with vv_free. If b is empty, returns
 * an allocated "". Returns NULL if b failed or memory runs out. In any case, b is empty afterwards. */
char *vv_buf_detach(vv_buf *b);
const char *vv_buf_cstr(const vv_buf *b); /* borrowed until b changes; "" if b is empty */

/* Returns VV_OK if no append failed. Otherwise sets err and returns VV_ENOMEM. */
vv_status vv_buf_ok(const vv_buf *b, vv_error *err);

/* Formats a text into new memory, which the caller frees with vv_free. Returns NULL if memory runs
 * out. */
char *vv_asprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Returns VV_OK if p is not NULL. Otherwise sets err and returns VV_ENOMEM. */
vv_status vv_alloc_ok(const void *p, vv_error *err);

/* Returns true if both buffers have the same bytes. */
bool vv_buf_equal(const vv_buf *a, const vv_buf *b);

/* Appends v as unsigned LEB128 in the shortest form, at most 10 bytes. */
void vv_buf_put_varint(vv_buf *b, uint64_t v);
/* Returns the number of bytes that vv_buf_put_varint appends for v. */
size_t vv_varint_len(uint64_t v);
/* Writes v to out as vv_buf_put_varint does; out has room for 10 bytes. Returns the number of bytes
 * written. */
size_t vv_varint_write(uint8_t *out, uint64_t v);

/* Reads a varint at *p into *out, and moves *p past it. Returns false and leaves *p unchanged if
 * the bytes end too early, encode more than 64 bits, or are not in the shortest form. */
bool vv_varint_read(const uint8_t **p, const uint8_t *end, uint64_t *out);

void vv_put_le32(uint8_t *out, uint32_t v); /* writes 4 bytes, little-endian */
void vv_put_le64(uint8_t *out, uint64_t v); /* writes 8 bytes, little-endian */
uint32_t vv_get_le32(const uint8_t *p);     /* reads 4 bytes, little-endian */
uint64_t vv_get_le64(const uint8_t *p);     /* reads 8 bytes, little-endian */

/* Write and read big-endian integers, as in Git's files and SSH. The order of their bytes is the order
 * of the numbers. */
void vv_put_be32(uint8_t *out, uint32_t v);
void vv_put_be64(uint8_t *out, uint64_t v);
void vv_buf_put_be32(vv_buf *b, uint32_t v);
static inline uint32_t vv_get_be32(const void *bytes)
{
	const uint8_t *p = bytes;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t vv_get_be64(const uint8_t *p)
{
	return (uint64_t)vv_get_be32(p) << 32 | vv_get_be32(p + 4);
}

#endif
