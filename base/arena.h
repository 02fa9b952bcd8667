/*
 * arena: allocates scratch memory that is freed all at once.
 *
 * Pointers into an arena stay valid until vv_arena_clear or vv_arena_reset. All functions that
 * allocate return NULL if memory runs out. An arena is for one thread at a time.
 */
#ifndef VV_BASE_ARENA_H
#define VV_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/auto.h"

/* An arena: a list of chunks of memory. Initialise it with VV_ARENA_INIT. */
typedef struct vv_arena {
	struct vv_arena_chunk *head; /* the chunk that is being filled; NULL: no chunk yet */
	size_t used;                 /* bytes of head that are in use */
} vv_arena;

#define VV_ARENA_INIT                                                                              \
	{                                                                                          \
		NULL, 0                                                                            \
	}

void vv_arena_clear(vv_arena *a); /* frees all chunks; a can be used again */
VV_AUTO_CLEAR(vv_arena, vv_arena_clear)
void vv_arena_reset(vv_arena *a); /* frees all but the largest chunk, which is used again */
/* Allocates size bytes, aligned to 16 bytes and not zeroed. */
void *vv_arena_alloc(vv_arena *a, size_t size);
/* Allocates count items of size bytes each, zeroed. Also returns NULL if count * size overflows. */
void *vv_arena_calloc(vv_arena *a, size_t count, size_t size);
/* Copies len bytes of s, and adds a NUL. */
char *vv_arena_strndup(vv_arena *a, const char *s, size_t len);
/* Formats a text, as printf does. */
char *vv_arena_printf(vv_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *vv_arena_vprintf(vv_arena *a, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

#endif
