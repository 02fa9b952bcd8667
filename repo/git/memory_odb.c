/*
 * memory_odb: what libgit2 asks of a backend.
 */
#include "repo/git/memory_odb.h"

#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "repo/git/libgit2.h"

static uint64_t hash_id(const vv_memory_odb *m, const git_oid *id)
{
	return vv_xxh3(id->id, GIT_OID_RAWSZ, m->places.seed);
}

static const vv_memory_object *lookup(const git_odb_backend *backend, const git_oid *id)
{
	const vv_memory_odb *m = (const vv_memory_odb *)backend;
	vv_hash_probe p = vv_hash_probe_begin(&m->places, hash_id(m, id));
	size_t place;

	while (vv_hash_probe_next(&p, &place)) {
		if (git_oid_equal(&m->items[place].id, id)) return &m->items[place];
	}
	return NULL;
}

static int out_of_memory(void)
{
	git_error_set_oom();
	return GIT_ERROR;
}

static int on_write(git_odb_backend *backend, const git_oid *id, const void *bytes, size_t len,
		    git_object_t type)
{
	vv_memory_odb *m = (vv_memory_odb *)backend;

	if (lookup(backend, id)) return 0;
	if (!vv_array_room(m->items, m->count, m->cap)) return out_of_memory();
	vv_memory_object *o = &m->items[m->count];
	if (!(o->bytes = vv_malloc(len))) return out_of_memory();
	if (!vv_hash_index_add(&m->places, hash_id(m, id), m->count)) {
		vv_free(o->bytes);
		return out_of_memory();
	}
	if (len > 0) {
		memcpy(o->bytes, bytes, len);
	}
	o->id = *id;
	o->type = type;
	o->len = len;
	m->count++;
	m->bytes += len;
	return 0;
}

static int give(void **bytes, size_t *len, git_object_t *type, git_odb_backend *backend,
		const vv_memory_object *o)
{
	if (!o) return GIT_ENOTFOUND;
	if (!(*bytes = git_odb_backend_data_alloc(backend, o->len ? o->len : 1))) return GIT_ERROR;
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
	const vv_memory_object *o = lookup(backend, id);

	if (!o) return GIT_ENOTFOUND;
	*len = o->len;
	*type = o->type;
	return 0;
}

static int on_exists(git_odb_backend *backend, const git_oid *id)
{
	return lookup(backend, id) != NULL;
}

/* The one object whose id begins so. */
static int by_prefix(const vv_memory_object **out, const git_odb_backend *backend,
		     const git_oid *id, size_t digits)
{
	const vv_memory_odb *m = (const vv_memory_odb *)backend;

	*out = NULL;
	for (size_t i = 0; i < m->count; i++) {
		if (git_oid_ncmp(&m->items[i].id, id, digits) != 0) {
			continue;
		}
		if (*out) return GIT_EAMBIGUOUS;
		*out = &m->items[i];
	}
	return *out ? 0 : GIT_ENOTFOUND;
}

static int on_exists_prefix(git_oid *full, git_odb_backend *backend, const git_oid *id,
			    size_t digits)
{
	const vv_memory_object *o;
	int code = by_prefix(&o, backend, id, digits);

	if (code == 0) {
		*full = o->id;
	}
	return code;
}

static int on_read_prefix(git_oid *full, void **bytes, size_t *len, git_object_t *type,
			  git_odb_backend *backend, const git_oid *id, size_t digits)
{
	const vv_memory_object *o;
	int code = by_prefix(&o, backend, id, digits);

	if (code < 0) return code;
	*full = o->id;
	return give(bytes, len, type, backend, o);
}

static int on_foreach(git_odb_backend *backend, git_odb_foreach_cb cb, void *payload)
{
	const vv_memory_odb *m = (const vv_memory_odb *)backend;
	int code = 0;

	for (size_t i = 0; code == 0 && i < m->count; i++) {
		code = cb(&m->items[i].id, payload);
	}
	return code;
}

void vv_memory_odb_empty(vv_memory_odb *m)
{
	while (m->count > 0) {
		vv_free(m->items[--m->count].bytes);
	}
	m->bytes = 0;
	vv_hash_index_reset(&m->places);
}

static void on_free(git_odb_backend *backend)
{
	vv_memory_odb *m = (vv_memory_odb *)backend;

	vv_memory_odb_empty(m);
	vv_free(m->items);
	vv_hash_index_clear(&m->places);
	vv_free(m);
}

vv_status vv_memory_odb_open(vv_memory_odb **out, git_odb *odb, vv_error *err)
{
	vv_auto_free vv_memory_odb *m = vv_calloc(1, sizeof(*m));
	int code;

	*out = NULL;
	if (!m) return vv_fail_nomem(err);
	vv_hash_index_init(&m->places);
	if ((code = git_odb_init_backend(&m->backend, GIT_ODB_BACKEND_VERSION)) == 0) {
		m->backend.read = on_read;
		m->backend.read_prefix = on_read_prefix;
		m->backend.read_header = on_read_header;
		m->backend.write = on_write;
		m->backend.exists = on_exists;
		m->backend.exists_prefix = on_exists_prefix;
		m->backend.foreach = on_foreach;
		m->backend.free = on_free;
		code = git_odb_add_backend(odb, &m->backend, VV_MEMORY_ODB_PRIORITY);
	}
	if (code < 0) return vv_git_fail(err, code, "cannot stage objects");
	*out = vv_take(&m);
	return VV_OK;
}
