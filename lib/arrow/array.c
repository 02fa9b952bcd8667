/*
 * array: who frees what of an array that another program has.
 */
#include "lib/arrow/array.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define ALIGN 64u
#define SPARES 32u
#define SPARE_MOST ((size_t)1 << 20) /* bytes of one: fewer are cheap to keep, more are rare */

/* ---- memory ---- */

/* Without a lock, which could be locked in a child of fork. Spare memory begins with its size. */
struct vv_arrow_spare {
	_Atomic(void *) bytes[SPARES];
	atomic_bool closed;
	atomic_uint refs; /* who made it, and memory in arrays */
};

vv_arrow_spare *vv_arrow_spare_new(void)
{
	vv_arrow_spare *s = calloc(1, sizeof(*s));

	if (s) {
		s->refs = 1;
	}
	return s;
}

static void empty_spare(vv_arrow_spare *s)
{
	vv_array_each(s->bytes, SPARES, it) {
		free(atomic_exchange(it, NULL));
	}
}

static void leave_spare(vv_arrow_spare *s)
{
	if (s && atomic_fetch_sub(&s->refs, 1) == 1) {
		empty_spare(s);
		free(s);
	}
}

void vv_arrow_spare_close(vv_arrow_spare *s)
{
	if (s) {
		s->closed = true;
		empty_spare(s);
		leave_spare(s);
	}
}

static void put_spare(vv_arrow_spare *s, void *bytes, size_t cap)
{
	void *none = NULL;
	size_t i = s && !s->closed && bytes && cap <= SPARE_MOST ? 0 : SPARES;

	if (i < SPARES) {
		memcpy(bytes, &cap, sizeof(cap));
	}
	for (; i < SPARES && !atomic_compare_exchange_strong(&s->bytes[i], &none, bytes); i++) {
		none = NULL;
	}
	if (i == SPARES) {
		free(bytes);
	}
}

/* NULL: there is none of this size. */
static void *take_spare(vv_arrow_spare *s, size_t cap)
{
	void *bytes = NULL;
	size_t has = 0;

	for (size_t i = 0; s && i < SPARES && has != cap; i++) {
		put_spare(s, bytes, has);
		if ((bytes = atomic_exchange(&s->bytes[i], NULL))) {
			memcpy(&has, bytes, sizeof(has));
		}
	}
	if (bytes && has != cap) {
		put_spare(s, bytes, has);
	}
	return has == cap ? bytes : NULL;
}

bool vv_arrow_room(vv_arrow_memory *m, size_t more)
{
	size_t cap = m->cap;
	void *bytes = NULL;

	if (more <= m->cap - m->len) return true;
	while (cap - m->len < more) {
		cap = cap ? 2 * cap : 4096;
	}
	if (!(bytes = take_spare(m->spare, cap)) && posix_memalign(&bytes, ALIGN, cap) != 0) {
		return false;
	}
	if (m->len > 0) {
		memcpy(bytes, m->bytes, m->len);
	}
	put_spare(m->spare, m->bytes, m->cap);
	m->bytes = bytes;
	m->cap = cap;
	return true;
}

void vv_arrow_drop(vv_arrow_memory *m)
{
	put_spare(m->spare, m->bytes, m->cap);
	*m = (vv_arrow_memory){.spare = m->spare};
}

/* ---- arrays ---- */

/* The private data of a consumer's array: its buffers, and those of its children. */
typedef struct held {
	struct ArrowArray *children, **pointers;
	struct ArrowArray dictionary;
	const void *buffers[3];
	vv_arrow_memory owned[3];
} held;

static void release_array(struct ArrowArray *a)
{
	held *h = a->private_data;

	for (int64_t i = 0; i < a->n_children; i++) {
		if (a->children[i]->release) {
			a->children[i]->release(a->children[i]);
		}
	}
	if (h->dictionary.release) {
		h->dictionary.release(&h->dictionary);
	}
	vv_array_each(h->owned, 3, it) {
		vv_arrow_drop(it);
		leave_spare(it->spare);
	}
	free(h->children);
	free(h->pointers);
	free(h);
	a->release = NULL;
}

bool vv_arrow_array(struct ArrowArray *a, size_t rows, uint64_t nulls, int64_t buffers,
		    size_t children)
{
	held *h = calloc(1, sizeof(*h));

	memset(a, 0, sizeof(*a));
	if (!h || !(h->children = calloc(children + 1, sizeof(*h->children))) ||
	    !(h->pointers = calloc(children + 1, sizeof(*h->pointers)))) {
		free(h ? h->children : NULL);
		free(h);
		return false;
	}
	for (size_t i = 0; i < children; i++) {
		h->pointers[i] = &h->children[i];
	}
	*a = (struct ArrowArray){.length = (int64_t)rows,
				 .null_count = (int64_t)nulls,
				 .n_buffers = buffers,
				 .n_children = (int64_t)children,
				 .buffers = h->buffers,
				 .children = h->pointers,
				 .release = release_array,
				 .private_data = h};
	return true;
}

void vv_arrow_give(struct ArrowArray *a, size_t i, vv_arrow_memory *m)
{
	held *h = a->private_data;

	h->owned[i] = *m;
	h->buffers[i] = m->bytes;
	if (m->spare) {
		atomic_fetch_add(&m->spare->refs, 1);
	}
	*m = (vv_arrow_memory){.spare = m->spare};
}

struct ArrowArray *vv_arrow_array_dictionary(struct ArrowArray *a)
{
	held *h = a->private_data;

	return a->dictionary = &h->dictionary;
}

/* ---- schemas ---- */

typedef struct held_schema {
	struct ArrowSchema *children, **pointers;
	struct ArrowSchema dictionary;
	char *name, *metadata;
} held_schema;

static void release_schema(struct ArrowSchema *a)
{
	held_schema *h = a->private_data;

	for (int64_t i = 0; i < a->n_children; i++) {
		if (a->children[i]->release) {
			a->children[i]->release(a->children[i]);
		}
	}
	if (h->dictionary.release) {
		h->dictionary.release(&h->dictionary);
	}
	free(h->children);
	free(h->pointers);
	free(h->name);
	free(h->metadata);
	free(h);
	a->release = NULL;
}

bool vv_arrow_schema(struct ArrowSchema *a, const char *format, const char *name, bool nullable,
		     size_t children)
{
	held_schema *h = calloc(1, sizeof(*h));

	memset(a, 0, sizeof(*a));
	if (!h) return false;
	*h = (held_schema){.children = calloc(children + 1, sizeof(*h->children)),
			   .pointers = calloc(children + 1, sizeof(*h->pointers)),
			   .name = strdup(name)};
	const bool ok = h->children && h->pointers && h->name;
	for (size_t i = 0; ok && i < children; i++) {
		h->pointers[i] = &h->children[i];
	}
	*a = (struct ArrowSchema){.format = format,
				  .name = h->name,
				  .flags = nullable ? ARROW_FLAG_NULLABLE : 0,
				  .n_children = ok ? (int64_t)children : 0,
				  .children = h->pointers,
				  .release = release_schema,
				  .private_data = h};
	if (!ok) {
		release_schema(a);
	}
	return ok;
}

bool vv_arrow_schema_dictionary(struct ArrowSchema *a, const char *format)
{
	held_schema *h = a->private_data;

	a->dictionary = &h->dictionary;
	return vv_arrow_schema(&h->dictionary, format, "", true, 0);
}

/* One pair: its count, then lengths and bytes of key and value. */
bool vv_arrow_schema_note(struct ArrowSchema *a, const char *key, const char *value, size_t len)
{
	held_schema *h = a->private_data;
	int32_t count = 1, key_len = (int32_t)strlen(key), value_len = (int32_t)len;
	char *p = malloc(3 * sizeof(int32_t) + (size_t)key_len + (size_t)value_len);

	h->metadata = p;
	a->metadata = p;
	if (!p) return false;
	memcpy(p, &count, sizeof(count));
	memcpy(p + 4, &key_len, sizeof(key_len));
	memcpy(p + 8, key, (size_t)key_len);
	memcpy(p + 8 + key_len, &value_len, sizeof(value_len));
	memcpy(p + 12 + key_len, value, (size_t)value_len);
	return true;
}
