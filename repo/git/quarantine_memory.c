/*
 * quarantine_memory: the callbacks by which libgit2 keeps objects in our memory.
 */
#include "repo/git/quarantine_memory.h"

#include <git2/sys/odb_backend.h>

#include "base/hash.h"
#include "base/sys.h"

#define PRIORITY 100 /* before loose objects (1) and packs (2) */

typedef struct object {
	git_oid id;
	git_object_t type;
	size_t len;
	void *bytes;
} object;

struct vv_memory {
	git_odb_backend backend; /* first: libgit2 knows it by this */
	object *items;
	size_t count, cap, bytes;
	size_t *slots; /* index into items plus 1; open addressing */
	size_t slot_count;
	uint64_t seed;
};

static size_t *find(const vv_memory *m, const git_oid *id)
{
	size_t i = (size_t)vv_xxh3(id->id, GIT_OID_RAWSZ, m->seed) & (m->slot_count - 1);

	while (m->slots[i] && !git_oid_equal(&m->items[m->slots[i] - 1].id, id)) {
		i = (i + 1) & (m->slot_count - 1);
	}
	return &m->slots[i];
}

static const object *lookup(const git_odb_backend *backend, const git_oid *id)
{
	const vv_memory *m = (const vv_memory *)backend;
	size_t at = m->count > 0 ? *find(m, id) : 0;

	return at ? &m->items[at - 1] : NULL;
}

/* Room for one more, in the list and, at most half full, in the slots. */
static bool make_room(vv_memory *m)
{
	size_t i;

	if (m->count == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : 16;
		object *items = vv_realloc_array(m->items, cap, sizeof(*items));

		if (!items) {
			return false;
		}
		m->items = items;
		m->cap = cap;
	}
	if (m->count * 2 >= m->slot_count) {
		size_t count = m->slot_count ? m->slot_count * 2 : 64;
		size_t *slots = vv_calloc(count, sizeof(*slots));

		if (!slots) {
			return false;
		}
		vv_free(m->slots);
		m->slots = slots;
		m->slot_count = count;
		for (i = 0; i < m->count; i++) {
			*find(m, &m->items[i].id) = i + 1;
		}
	}
	return true;
}

static int out_of_memory(void)
{
	git_error_set_oom();
	return GIT_ERROR;
}

static int on_write(git_odb_backend *backend, const git_oid *id, const void *bytes, size_t len,
		    git_object_t type)
{
	vv_memory *m = (vv_memory *)backend;
	object *o;

	if (lookup(backend, id)) {
		return 0;
	}
	if (!make_room(m)) {
		return out_of_memory();
	}
	o = &m->items[m->count];
	if (!(o->bytes = vv_malloc(len))) {
		return out_of_memory();
	}
	if (len > 0) {
		memcpy(o->bytes, bytes, len);
	}
	o->id = *id;
	o->type = type;
	o->len = len;
	*find(m, id) = ++m->count;
	m->bytes += len;
	return 0;
}

static int give(void **bytes, size_t *len, git_object_t *type, git_odb_backend *backend,
		const object *o)
{
	if (!o) {
		return GIT_ENOTFOUND;
	}
	if (!(*bytes = git_odb_backend_data_alloc(backend, o->len ? o->len : 1))) {
		return GIT_ERROR;
	}
	if (o->len > 0) {
		memcpy(*bytes, o->bytes, o->len);
	}
	*len = o->len;
	*type = o->type;
	return 0;
}

static int on_read(void **bytes, size_t *len, git_object_t *type, git_odb_backend *backend,
		   const git_oid *id)
{
	return give(bytes, len, type, backend, lookup(backend, id));
}

static int on_read_header(size_t *len, git_object_t *type, git_odb_backend *backend,
			  const git_oid *id)
{
	const object *o = lookup(backend, id);

	if (!o) {
		return GIT_ENOTFOUND;
	}
	*len = o->len;
	*type = o->type;
	return 0;
}

static int on_exists(git_odb_backend *backend, const git_oid *id)
{
	return lookup(backend, id) != NULL;
}

/* The one object whose id begins so. */
static int by_prefix(const object **out, const git_odb_backend *backend, const git_oid *id,
		     size_t digits)
{
	const vv_memory *m = (const vv_memory *)backend;
	size_t i;

	*out = NULL;
	for (i = 0; i < m->count; i++) {
		if (git_oid_ncmp(&m->items[i].id, id, digits) != 0) {
			continue;
		}
		if (*out) {
			return GIT_EAMBIGUOUS;
		}
		*out = &m->items[i];
	}
	return *out ? 0 : GIT_ENOTFOUND;
}

static int on_exists_prefix(git_oid *full, git_odb_backend *backend, const git_oid *id,
			    size_t digits)
{
	const object *o;
	int code = by_prefix(&o, backend, id, digits);

	if (code == 0) {
		*full = o->id;
	}
	return code;
}

static int on_read_prefix(git_oid *full, void **bytes, size_t *len, git_object_t *type,
			  git_odb_backend *backend, const git_oid *id, size_t digits)
{
	const object *o;
	int code = by_prefix(&o, backend, id, digits);

	if (code < 0) {
		return code;
	}
	*full = o->id;
	return give(bytes, len, type, backend, o);
}

static int on_foreach(git_odb_backend *backend, git_odb_foreach_cb cb, void *payload)
{
	const vv_memory *m = (const vv_memory *)backend;
	size_t i;
	int code = 0;

	for (i = 0; code == 0 && i < m->count; i++) {
		code = cb(&m->items[i].id, payload);
	}
	return code;
}

static void on_free(git_odb_backend *backend)
{
	vv_memory *m = (vv_memory *)backend;

	vv_memory_empty(m);
	vv_free(m->items);
	vv_free(m->slots);
	vv_free(m);
}

vv_status vv_memory_open(vv_memory **out, git_odb *odb, vv_error *err)
{
	vv_memory *m = vv_calloc(1, sizeof(*m));
	int code;

	*out = NULL;
	if (!m) {
		return vv_fail_nomem(err);
	}
	vv_random(&m->seed, sizeof(m->seed));
	if ((code = git_odb_init_backend(&m->backend, GIT_ODB_BACKEND_VERSION)) == 0) {
		m->backend.read = on_read;
		m->backend.read_prefix = on_read_prefix;
		m->backend.read_header = on_read_header;
		m->backend.write = on_write;
		m->backend.exists = on_exists;
		m->backend.exists_prefix = on_exists_prefix;
		m->backend.foreach = on_foreach;
		m->backend.free = on_free;
		code = git_odb_add_backend(odb, &m->backend, PRIORITY);
	}
	if (code < 0) {
		vv_free(m);
		return vv_git_fail(err, code, "cannot stage objects");
	}
	*out = m;
	return VV_OK;
}

size_t vv_memory_count(const vv_memory *m)
{
	return m->count;
}

size_t vv_memory_bytes(const vv_memory *m)
{
	return m->bytes;
}

void vv_memory_at(const vv_memory *m, size_t i, git_oid *id, git_object_t *type, const void **bytes,
		  size_t *len)
{
	*id = m->items[i].id;
	*type = m->items[i].type;
	*bytes = m->items[i].bytes;
	*len = m->items[i].len;
}

void vv_memory_empty(vv_memory *m)
{
	while (m->count > 0) {
		vv_free(m->items[--m->count].bytes);
	}
	m->bytes = 0;
	if (m->slots) {
		memset(m->slots, 0, m->slot_count * sizeof(*m->slots));
	}
}
