/*
 * arena: chunks that grow by doubling; only the head is filled further, a big
 * request gets a chunk of its own after it.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/sys.h"

#define ALIGN 16u
#define FIRST_CHUNK 4096u
#define LAST_CHUNK (1024u * 1024u)

typedef struct vv_arena_chunk {
	struct vv_arena_chunk *next;
	size_t size; /* usable bytes after this header */
	alignas(ALIGN) unsigned char bytes[];
} chunk;

void vv_arena_clear(vv_arena *a)
{
	while (a->head) {
		chunk *next = a->head->next;

		vv_free(a->head);
		a->head = next;
	}
	a->used = 0;
}

void vv_arena_reset(vv_arena *a)
{
	chunk *largest = NULL;

	while (a->head) {
		chunk *c = a->head;

		a->head = c->next;
		if (!largest || c->size > largest->size) {
			vv_free(largest);
			largest = c;
		} else {
			vv_free(c);
		}
	}
	if (largest) {
		largest->next = NULL;
	}
	a->head = largest;
	a->used = 0;
}

static chunk *chunk_new(size_t size)
{
	size_t total;
	chunk *c;

	if (!vv_add_size(&total, size, sizeof *c)) return NULL;
	c = vv_malloc(total);
	if (c) {
		c->next = NULL;
		c->size = size;
	}
	return c;
}

static size_t next_chunk_size(const vv_arena *a)
{
	if (!a->head) return FIRST_CHUNK;
	return a->head->size >= LAST_CHUNK / 2 ? LAST_CHUNK : a->head->size * 2;
}

void *vv_arena_alloc(vv_arena *a, size_t size)
{
	size_t rounded;
	chunk *c;
	void *p;

	if (!vv_add_size(&rounded, size > 0 ? size : 1, ALIGN - 1)) return NULL;
	rounded &= ~(size_t)(ALIGN - 1);
	if (a->head && rounded <= a->head->size - a->used) {
		p = a->head->bytes + a->used;
		a->used += rounded;
		return p;
	}
	size_t fresh = next_chunk_size(a);
	if (rounded > fresh / 2) {
		c = chunk_new(rounded);
		if (!c) return NULL;
		if (a->head) {
			c->next = a->head->next;
			a->head->next = c;
		} else {
			a->head = c;
			a->used = rounded;
		}
		return c->bytes;
	}
	c = chunk_new(fresh);
	if (!c) return NULL;
	c->next = a->head;
	a->head = c;
	a->used = rounded;
	return c->bytes;
}

void *vv_arena_calloc(vv_arena *a, size_t count, size_t size)
{
	size_t total;

	if (!vv_mul_size(&total, count, size)) return NULL;
	void *p = vv_arena_alloc(a, total);
	if (p) {
		memset(p, 0, total);
	}
	return p;
}

char *vv_arena_strndup(vv_arena *a, const char *s, size_t len)
{
	size_t size;

	if (!vv_add_size(&size, len, 1)) return NULL;
	char *copy = vv_arena_alloc(a, size);
	if (copy) {
		if (len > 0) {
			memcpy(copy, s, len);
		}
		copy[len] = '\0';
	}
	return copy;
}

char *vv_arena_printf(vv_arena *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *text = vv_arena_vprintf(a, fmt, ap);
	va_end(ap);
	return text;
}

char *vv_arena_vprintf(vv_arena *a, const char *fmt, va_list ap)
{
	va_list first;

	va_copy(first, ap);
	int len = vsnprintf(NULL, 0, fmt, first);
	va_end(first);
	if (len < 0) return NULL;
	char *text = vv_arena_alloc(a, (size_t)len + 1);
	if (text) {
		(void)vsnprintf(text, (size_t)len + 1, fmt, ap);
	}
	return text;
}
