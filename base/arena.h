/*
 * arena: scratch memory that is freed all at once.
 *
 * Pointers stay valid until vv_arena_clear or vv_arena_reset.
 */
#ifndef VV_BASE_ARENA_H
#define VV_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/auto.h"

typedef struct vv_arena {
	struct vv_arena_chunk *head;
	size_t used; /* bytes of head that are in use */
} vv_arena;

#define VV_ARENA_INIT                                                                              \
	{                                                                                          \
		NULL, 0                                                                            \
	}

void vv_arena_init(vv_arena *a);
void vv_arena_clear(vv_arena *a);
VV_AUTO_CLEAR(vv_arena, vv_arena_clear)
void vv_arena_reset(vv_arena *a); /* frees all but the largest chunk, which is used again */
/* aligned to 16 bytes, not zeroed; NULL on failure */
void *vv_arena_alloc(vv_arena *a, size_t size);
void *vv_arena_calloc(vv_arena *a, size_t count, size_t size); /* zeroed; NULL on failure */
char *vv_arena_strndup(vv_arena *a, const char *s, size_t len);
char *vv_arena_printf(vv_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *vv_arena_vprintf(vv_arena *a, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

#endif
