/*
 * quarantine: how new Git objects reach the object folder: kept in memory (large files: in
 * a separate folder), synced, and moved into place together.
 *
 * One object becomes a loose one: an fsync for it, for its fan-out folder, and for the
 * object folder if that fan-out folder is new. Two or more become one pack: three
 * fsyncs, and half the bytes of as many loose objects, of differences where they are not small; large ones stay loose.
 */
#include "repo/git/quarantine.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#include <stddef.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/locks/own_file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/libgit2.h"
#include "repo/git/new_pack.h"
#include "repo/git/pack_keep.h"
#include "repo/git/program.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"

/* memory_odb: a backend of libgit2. */

#define VV_MEMORY_ODB_PRIORITY 100 /* before loose objects (1) and packs (2) */
typedef struct vv_memory_object {
	git_oid id;
	git_object_t type;
	size_t len;
	void *bytes;
} vv_memory_object;
typedef struct vv_memory_odb {
	git_odb_backend backend; /* first: libgit2's handle */
	vv_memory_object *items; /* in the order of writing */
	size_t count, cap, bytes;
	vv_hash_index places; /* in items, by id */
} vv_memory_odb;

static uint64_t hash_id(const git_oid *id)
{
	return vv_xxh3(id->id, GIT_OID_RAWSZ, vv_hash_seed());
}

static const vv_memory_object *lookup_object(const git_odb_backend *backend, const git_oid *id)
{
	const vv_memory_odb *m = (const vv_memory_odb *)backend;

	return vv_hash_find(m->items, &m->places, hash_id(id), o, git_oid_equal(&o->id, id));
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

	if (lookup_object(backend, id)) return 0;
	vv_auto_free void *copy = vv_strndup(bytes, len);
	if (!copy || !vv_hash_add(m->items, m->count, m->cap, &m->places, hash_id(id),
				  (vv_memory_object){*id, type, len, copy})) {
		return out_of_memory();
	}
	copy = NULL;
	m->bytes += len;
	return 0;
}

static int give_object(void **bytes, size_t *len, git_object_t *type, git_odb_backend *backend,
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
	return give_object(bytes, len, type, backend, lookup_object(backend, id));
}

static int on_read_header(size_t *len, git_object_t *type, git_odb_backend *backend,
			  const git_oid *id)
{
	const vv_memory_object *o = lookup_object(backend, id);

	if (!o) return GIT_ENOTFOUND;
	*len = o->len;
	*type = o->type;
	return 0;
}

static int on_exists(git_odb_backend *backend, const git_oid *id)
{
	return lookup_object(backend, id) != NULL;
}

/* The one object whose id begins so. */
static int by_prefix(const vv_memory_object **out, const git_odb_backend *backend,
		     const git_oid *id, size_t digits)
{
	const vv_memory_odb *m = (const vv_memory_odb *)backend;

	*out = NULL;
	vv_array_each(m->items, m->count, item) {
		if (git_oid_ncmp(&item->id, id, digits) != 0) {
			continue;
		}
		if (*out) return GIT_EAMBIGUOUS;
		*out = item;
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
	return give_object(bytes, len, type, backend, o);
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

/* Forgets all objects. */
static void memory_odb_empty(vv_memory_odb *m)
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

	memory_odb_empty(m);
	vv_free(m->items);
	vv_hash_index_clear(&m->places);
	vv_free(m);
}

/* Puts a new one into odb, which owns it from then on. */
static vv_status memory_odb_open(vv_memory_odb **out, git_odb *odb, vv_error *err)
{
	vv_auto_free vv_memory_odb *m = vv_calloc(1, sizeof(*m));
	int code;

	if (!m) return vv_fail_nomem(err);
	m->backend = (git_odb_backend){.version = GIT_ODB_BACKEND_VERSION,
				       .read = on_read,
				       .read_prefix = on_read_prefix,
				       .read_header = on_read_header,
				       .write = on_write,
				       .exists = on_exists,
				       .exists_prefix = on_exists_prefix,
				       .foreach = on_foreach,
				       .free = on_free};
	code = git_odb_add_backend(odb, &m->backend, VV_MEMORY_ODB_PRIORITY);
	if (code < 0) return vv_git_fail(err, code, "cannot stage objects");
	return vv_hand_over(out, &m);
}

/* ---- staging ---- */

#define MEMORY_MAX (16u << 20) /* more than this is flushed at once */
#define STREAM_MIN (1u << 20)  /* smaller files are staged in memory */
#define WHOLE_MAX 1024u        /* objects larger on average are packed as differences */
#define COMPRESSION 1          /* as git has it for loose objects, which gc packs */
#define STREAM_STEP (256u << 10)
#define FAN_TRIES 8

/* memory belongs to the repository's odb. The rest is made when it is needed: dir, and loose,
 * which writes loose objects into it. */
struct vv_quarantine {
	vv_memory_odb *memory;
	char *dir;
	git_odb *loose;
	char pack[GIT_OID_HEXSZ + 1]; /* in dir, of all that is in memory; "": none is staged */
	bool streamed; /* are there loose objects in dir, and does the odb read them? */
	bool tried; /* staged, but not placed: a sync that failed is not tried again and trusted */
	vv_pack_keeps keeps; /* of the packs that were placed */
};

/* The memory stays in the repository's odb, which writes to it. */
void vv_repository_discard(vv_repository *r)
{
	vv_quarantine *s = r->stage;

	if (!s) return;
	memory_odb_empty(s->memory);
	git_odb_free(s->loose);
	if (s->dir) {
		(void)vv_remove_tree(s->dir, NULL);
	}
	vv_free(s->dir);
	*s = (vv_quarantine){.memory = s->memory, .keeps = s->keeps};
}

vv_status vv_quarantine_named(vv_repository *r, vv_error *err)
{
	return r->stage ? vv_pack_keeps_clear(&r->stage->keeps, err) : VV_OK;
}

/* Staged objects that cannot be written are dropped. */
static void close_stage(vv_repository *r)
{
	vv_quarantine *s = r->stage;

	if (!s->tried) {
		(void)vv_repository_flush(r, NULL);
	}
	vv_repository_discard(r);
	(void)vv_quarantine_named(r, NULL);
	vv_free(s);
	r->stage = NULL;
}

static vv_status stage_open(vv_repository *r, vv_error *err)
{
	vv_auto_free vv_quarantine *s = NULL;
	vv_status rc;

	if (r->stage) return VV_OK;
	if (!(s = vv_calloc(1, sizeof(*s)))) return vv_fail_nomem(err);
	if ((rc = memory_odb_open(&s->memory, r->odb, err)) < 0) return rc;
	r->stage = vv_take(&s);
	r->close_stage = close_stage;
	return VV_OK;
}

/* A folder inside the object folder, another one each time. */
static vv_status need_dir(vv_repository *r, vv_error *err)
{
	vv_auto(char) *dir = NULL;
	uint64_t number;
	vv_status rc;

	if (r->stage->dir) return VV_OK;
	vv_random(&number, sizeof(number));
	dir = vv_asprintf("%s/" VV_QUARANTINE_PREFIX "%016llx", r->objects,
			  (unsigned long long)number);
	if ((rc = vv_alloc_ok(dir, err)) < 0 || (rc = vv_mkdirs(dir, err)) < 0) return rc;
	r->stage->dir = vv_take(&dir);
	return VV_OK;
}

static vv_status need_loose(vv_repository *r, vv_error *err)
{
	vv_quarantine *s = r->stage;
	git_odb_backend *backend = NULL;
	vv_auto(git_odb) *odb = NULL;
	vv_status rc;
	int code;

	if (s->loose) return VV_OK;
	if ((rc = need_dir(r, err)) < 0) return rc;
	if ((code = git_odb_new(&odb)) == 0 &&
	    (code = git_odb_backend_loose(&backend, s->dir, COMPRESSION, 0, 0, 0)) == 0 &&
	    (code = git_odb_add_backend(odb, backend, VV_MEMORY_ODB_PRIORITY)) < 0) {
		backend->free(backend);
	}
	if (code < 0) {
		return vv_git_fail(err, code, "cannot stage objects in '%s'",
				   vv_text_shows(s->dir));
	}
	s->loose = vv_take(&odb);
	return VV_OK;
}

vv_status vv_quarantine_repository(vv_repository *r, git_repository **out, vv_error *err)
{
	vv_status rc = stage_open(r, err);

	*out = r->git;
	return rc;
}

bool vv_object_is_here(vv_repository *r, const git_oid *id)
{
	return git_odb_exists_ext(r->odb, id, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
}

vv_status vv_quarantine_write(vv_repository *r, git_object_t type, const void *bytes, size_t len,
			      git_oid *out, vv_error *err)
{
	vv_status rc = stage_open(r, err);
	int code;

	if (rc < 0) return rc;
	if ((rc = vv_git_name(out, bytes, len, type, err)) < 0) return rc;
	/* git_odb_write also marks an existing object as used; for a new one it would list all packs
	 * again */
	code = vv_object_is_here(r, out)
		       ? git_odb_write(out, r->odb, bytes, len, type)
		       : on_write(&r->stage->memory->backend, out, bytes, len, type);
	if (code < 0) {
		return vv_git_fail(err, code, "cannot write a Git object of %s",
				   vv_text_bytes(len));
	}
	return r->stage->memory->bytes > MEMORY_MAX ? vv_repository_flush(r, err) : VV_OK;
}

static vv_status fail_changed(const char *path, vv_error *err)
{
	return vv_fail(err, VV_ECONFLICT, "'%s' changed while it was being read",
		       vv_text_shows(path));
}

static vv_status fail_store(int code, const char *path, vv_error *err)
{
	return vv_git_fail(err, code, "cannot store '%s'", vv_text_shows(path));
}

static vv_status stream_body(git_odb_stream *stream, int fd, const char *path, uint64_t size,
			     vv_error *err)
{
	vv_auto(char) *step = vv_malloc(STREAM_STEP);
	uint64_t done = 0;
	ssize_t got = 1;
	int code;

	if (!step) return vv_fail_nomem(err);
	while (done <= size && (got = vv_read_full(fd, step, STREAM_STEP, path, err)) > 0) {
		done += (uint64_t)got;
		if (done <= size && (code = git_odb_stream_write(stream, step, (size_t)got)) < 0) {
			return fail_store(code, path, err);
		}
	}
	if (got < 0) return (vv_status)got;
	return done == size ? VV_OK : fail_changed(path, err);
}

/* Reads a small file whole: one additional byte shows that it grew. */
static vv_status stage_small(vv_repository *r, int fd, const char *path, size_t size, git_oid *out,
			     vv_error *err)
{
	vv_auto(char) *bytes = vv_malloc(size + 1);
	ssize_t got;

	if (!bytes) return vv_fail_nomem(err);
	if ((got = vv_read_full(fd, bytes, size + 1, path, err)) < 0) return (vv_status)got;
	return (size_t)got == size ? vv_quarantine_write(r, GIT_OBJECT_BLOB, bytes, size, out, err)
				   : fail_changed(path, err);
}

VV_AUTO_FREE(git_odb_stream, git_odb_stream_free)

static vv_status stage_large(vv_repository *r, int fd, const char *path, uint64_t size,
			     git_oid *out, vv_error *err)
{
	vv_auto(git_odb_stream) *stream = NULL;
	vv_status rc;
	int code;

	if ((rc = stage_open(r, err)) < 0 || (rc = need_loose(r, err)) < 0) return rc;
	vv_quarantine *s = r->stage;
	if ((code = git_odb_open_wstream(&stream, s->loose, size, GIT_OBJECT_BLOB)) < 0) {
		return fail_store(code, path, err);
	}
	if ((rc = stream_body(stream, fd, path, size, err)) < 0) return rc;
	if ((code = git_odb_stream_finalize_write(out, stream)) < 0) {
		return fail_store(code, path, err);
	}
	if (!s->streamed && (code = git_odb_add_disk_alternate(r->odb, s->dir)) < 0) {
		return vv_git_fail(err, code, "cannot read '%s'", vv_text_shows(s->dir));
	}
	vv_git_check_reads(r->odb);
	s->streamed = true;
	return VV_OK;
}

vv_status vv_quarantine_write_fd(vv_repository *r, int fd, const char *path, uint64_t size,
				 git_oid *out, vv_error *err)
{
	return size < STREAM_MIN ? stage_small(r, fd, path, (size_t)size, out, err)
				 : stage_large(r, fd, path, size, out, err);
}

/* Where objects are copied from and to. */
typedef struct copying {
	vv_repository *to;
	git_odb *from;
	vv_error *err;
	vv_status status;
} copying;

static int copy_object(const git_oid *id, void *payload)
{
	copying *c = payload;
	vv_auto(git_odb_object) *object = NULL;
	const int code = git_odb_read(&object, c->from, id);
	git_oid same;

	if (code < 0) {
		c->status = vv_git_fail(c->err, code, "cannot read a new Git object");
	} else {
		c->status = vv_quarantine_write(c->to, git_odb_object_type(object),
						git_odb_object_data(object),
						git_odb_object_size(object), &same, c->err);
	}
	return c->status < 0 ? GIT_EUSER : 0;
}

vv_status vv_repository_stage_objects(vv_repository *r, const char *objects, vv_error *err)
{
	vv_auto(git_odb) *odb = NULL;
	copying c = {.to = r, .err = err};
	int code = git_odb_open(&odb, objects);

	c.from = odb;
	if (code == 0 && (code = git_odb_foreach(odb, copy_object, &c)) == GIT_EUSER) {
		return c.status;
	}
	return code == 0 ? VV_OK : vv_git_fail(err, code, "cannot read the new Git objects");
}

/* --- making it durable ------------------------------------------------ */

vv_status vv_git_each_loose_file(const char *objects, vv_loose_file_fn fn, void *payload,
				 vv_error *err)
{
	vv_auto(vv_folder) fans = {0};
	vv_status rc = vv_folder_read(&fans, objects, false, err);
	git_oid id;

	while (rc == VV_OK && vv_folder_next(&fans)) {
		vv_auto(vv_folder) f = {0};

		rc = strlen(fans.name) == 2 ? vv_folder_read(&f, fans.path, true, err) : VV_OK;
		while (rc == VV_OK && vv_folder_next(&f)) {
			char hex[GIT_OID_HEXSZ +
				 2]; /* longer names are temporary files of libgit2 */

			(void)snprintf(hex, sizeof(hex), "%s%s", fans.name, f.name);
			rc = strlen(hex) == GIT_OID_HEXSZ && git_oid_fromstr(&id, hex) == 0
				     ? fn(payload, &id, f.path, err)
				     : VV_OK;
			git_error_clear();
		}
	}
	return rc;
}

static vv_status keep_path(void *payload, const git_oid *id VV_UNUSED, const char *path,
			   vv_error *err)
{
	return vv_string_list_add(payload, vv_strdup(path), err);
}

/* Moves a synced loose file to objects/xx; that folder, and the object folder, which a new xx
 * changes, become durable later. git gc may take an empty xx away at any time. */
static vv_status place_loose(vv_repository *r, const char *path, bool *new_fan, vv_error *err)
{
	const char *name = path + strlen(path) - strlen("/") - GIT_OID_HEXSZ; /* "xx/..." */
	vv_auto(char) *to = vv_path_join(r->objects, name, NULL);
	vv_auto(char) *dir = to ? vv_path_dir(to) : NULL;
	vv_status rc = dir ? vv_share(r, path, err) : vv_fail_nomem(err), placed = VV_ENOTFOUND;

	for (int tries = 0; rc == VV_OK && placed == VV_ENOTFOUND && tries < FAN_TRIES; tries++) {
		if (!vv_exists(dir)) {
			*new_fan = true;
			if ((rc = vv_mkdirs(dir, err)) < 0) return rc;
			(void)vv_share(r, dir, err);
		}
		placed = vv_rename(path, to, err);
	}
	if (rc < 0 || placed < 0) return rc < 0 ? rc : placed;
	return vv_syncs_add_path(&r->later, dir, err);
}

static vv_status stage_loose(const vv_string_list *list, vv_syncs *files, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < list->count; i++) {
		rc = vv_syncs_add_path(files, list->items[i], err);
	}
	return rc;
}

static vv_status place_all_loose(vv_repository *r, const vv_string_list *list, vv_error *err)
{
	bool new_fan = false;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < list->count; i++) {
		rc = place_loose(r, list->items[i], &new_fan, err);
	}
	return rc == VV_OK && new_fan ? vv_syncs_add_path(&r->later, r->objects, err) : rc;
}

/* "pack-<hex>.pack" in a folder, or its index; NULL: out of memory. */
static char *pack_path(const char *dir, const char *hex, bool index)
{
	return vv_asprintf("%s/pack-%s.%s", dir, hex, index ? "idx" : "pack");
}

/* Appends the pack to the list of varve's own. */
static vv_status note_own(vv_repository *r, const char *hex, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(r->varvedir, VV_OWN_PACKS, NULL);
	char line[GIT_OID_HEXSZ + 2];
	vv_status rc;
	int fd;

	(void)snprintf(line, sizeof(line), "%.40s\n", hex);
	if ((rc = vv_mkdirs(r->varvedir, err)) < 0) return rc;
	if ((fd = vv_open_own(path, O_WRONLY | O_APPEND | O_CREAT, err)) < 0) {
		return (vv_status)fd;
	}
	rc = vv_write_full(fd, line, strlen(line), path, err);
	return vv_close_after(rc, fd, path, err);
}

/* pack-<hex>.pack and .idx of the folder from become files to be synced. */

static vv_status stage_pack(vv_repository *r, const char *from, const char *hex, vv_syncs *files,
			    vv_error *err)
{
	vv_status rc = VV_OK;

	for (int i = 0; rc == VV_OK && i < 2; i++) {
		vv_auto(char) *path = pack_path(from, hex, i);

		rc = path ? vv_share(r, path, err) : vv_fail_nomem(err);
		rc = rc < 0 ? rc : vv_syncs_add_path(files, path, err);
	}
	return rc;
}

static bool hash_file(vv_hash128 *out, uint64_t *len, const char *path)
{
	vv_auto(vv_fd) fd = vv_open(path, O_RDONLY, 0, VV_IGNORED);
	vv_auto(vv_xxh3_state) *hash = fd >= 0 ? vv_xxh3_new(0) : NULL;

	if (!hash || vv_hash_rest(hash, len, fd, path, VV_IGNORED) < 0) return false;
	*out = vv_xxh3_digest128(hash);
	return true;
}

static bool have_same_bytes(const char *a, const char *b)
{
	uint64_t a_len, b_len;
	vv_hash128 x, y;

	return hash_file(&x, &a_len, a) && hash_file(&y, &b_len, b) && a_len == b_len &&
	       vv_hash128_equal(x, y);
}

/* A pack that came before stays if the system does not replace it: on Windows, this repository may have it mapped. */
static vv_status move_file(const char *from, const char *to, const char *hex, bool index,
			   vv_error *err)
{
	vv_auto(char) *old = pack_path(from, hex, index), *now = pack_path(to, hex, index);
	vv_error failure = {0};

	if (!old || !now) return vv_fail_nomem(err);
	if (vv_rename(old, now, &failure) == VV_OK || have_same_bytes(old, now)) return VV_OK;
	return vv_error_copy(err, &failure);
}

/* They get their names; their folder becomes durable later. */
static vv_status place_pack(vv_repository *r, const char *from, const char *hex, vv_error *err)
{
	vv_auto(char) *to = vv_path_join(r->objects, "pack", NULL);
	vv_status rc;

	if (!vv_exists(to) && ((rc = vv_mkdirs(to, err)) < 0 || (rc = vv_share(r, to, err)) < 0 ||
			       (rc = vv_syncs_add_path(&r->later, r->objects, err)) < 0)) {
		return rc;
	}
	/* Named as ours first: an entry without its pack does no harm. */
	if ((rc = note_own(r, hex, err)) < 0 || (rc = stage_open(r, err)) < 0 ||
	    (rc = vv_pack_keep_put(&r->stage->keeps, r, to, hex, err)) < 0 ||
	    (rc = move_file(from, to, hex, false, err)) < 0 ||
	    (rc = move_file(from, to, hex, true, err)) < 0 ||
	    (rc = vv_syncs_add_path(&r->later, to, err)) < 0) {
		return rc;
	}

	int code = git_odb_refresh(r->odb);
	return code < 0 ? vv_git_fail(err, code, "cannot read the new pack") : VV_OK;
}

vv_status vv_quarantine_take_pack(vv_repository *r, const char *from, const char *hex,
				  vv_error *err)
{
	vv_auto(vv_syncs) files = {0};
	vv_status rc;

	if ((rc = stage_pack(r, from, hex, &files, err)) < 0 ||
	    (rc = vv_syncs_wait(&files, err)) < 0 || (rc = place_pack(r, from, hex, err)) < 0) {
		return rc;
	}
	return vv_syncs_wait(&r->later, err);
}

vv_status vv_quarantine_take_loose(vv_repository *r, const char *from, vv_error *err)
{
	vv_auto(vv_syncs) files = {0};
	vv_auto(vv_string_list) list = {0};
	vv_status rc;

	if ((rc = vv_git_each_loose_file(from, keep_path, &list, err)) < 0 ||
	    (rc = stage_loose(&list, &files, err)) < 0 || (rc = vv_syncs_wait(&files, err)) < 0 ||
	    (rc = place_all_loose(r, &list, err)) < 0) {
		return rc;
	}
	return vv_syncs_wait(&r->later, err);
}

/* Reads each object of a new pack, since the files that the pack replaces will be removed. Outside of
 * the repository: inside, git would also read the replaced objects, to compare them. */
static vv_status verify_pack(const vv_repository *r, const char *dir, const char *hex,
			     vv_error *err)
{
	static const char *const more[] = {"GIT_DIR=/dev/null", NULL};
	vv_auto(char) *pack = pack_path(dir, hex, false);
	const char *args[] = {"index-pack", "--verify", pack, NULL};
	const vv_git_call call = {.args = args, .env = r->env, .more = more};

	return pack ? vv_git_must(&call, "cannot read the new Git pack", err) : vv_fail_nomem(err);
}

vv_status vv_quarantine_pack(vv_repository *r, const vv_buf *objects, char **name_out,
			     vv_error *err)
{
	const char *argv[] = {"git",
			      "--git-dir",
			      r->gitdir,
			      "-c",
			      "pack.writeReverseIndex=false",
			      "-c",
			      "pack.packSizeLimit=0",
			      "pack-objects",
			      "--delta-base-offset",
			      "-q",
			      NULL,
			      NULL};
	vv_auto(vv_buf) name = VV_BUF_INIT, said = VV_BUF_INIT;
	vv_auto(char) *path = NULL;
	vv_status rc;
	int code;

	*name_out = NULL;
	if ((rc = stage_open(r, err)) < 0 || (rc = need_dir(r, err)) < 0) return rc;
	if (!(path = vv_path_join(r->stage->dir, "pack", NULL))) return vv_fail_nomem(err);
	argv[10] = path;
	const vv_run run = {.argv = argv,
			    .env = r->env,
			    .input = objects->data,
			    .len = objects->len,
			    .output = &name,
			    .errors = &said};
	if ((rc = vv_run_program(&run, &code, err)) < 0) return rc;
	if (code != 0) return vv_git_explain("cannot pack Git's objects", &said, code, err);
	if (name.len != GIT_OID_HEXSZ + 1) {
		return vv_fail(err, VV_EIO, "git pack-objects did not name the pack that it made");
	}
	if (!(*name_out = vv_strndup(name.data, GIT_OID_HEXSZ))) return vv_fail_nomem(err);
	if ((rc = verify_pack(r, r->stage->dir, *name_out, err)) < 0) return rc;
	return vv_quarantine_take_pack(r, r->stage->dir, *name_out, err);
}

/* Commits, tags, trees, blobs: this order has good locality in packs. */
static int type_rank(git_object_t type)
{
	if (type == GIT_OBJECT_COMMIT) return 0;
	if (type == GIT_OBJECT_TAG) return 1;
	if (type == GIT_OBJECT_TREE) return 2;
	return 3;
}

/* A pack would compress a large one thoroughly; git, too, leaves that to gc. */
static bool is_loose(const vv_memory_odb *m, const vv_memory_object *o)
{
	return m->count == 1 || o->len >= STREAM_MIN;
}

static vv_status write_loose(vv_repository *r, const vv_memory_object *o, vv_error *err)
{
	git_oid id;
	vv_status rc = need_loose(r, err);

	if (rc < 0) return rc;
	int code = git_odb_write(&id, r->stage->loose, o->bytes, o->len, o->type);
	return code < 0 ? vv_git_fail(err, code, "cannot write a Git object of %s",
				      vv_text_bytes(o->len))
			: VV_OK;
}

VV_AUTO_FREE(git_packbuilder, git_packbuilder_free)

/* Puts the objects in memory, except loose ones, into one of them. */
static vv_status fill_pack(const vv_memory_odb *m, vv_new_pack *whole, git_packbuilder *alike,
			   vv_error *err)
{
	vv_status rc = VV_OK;

	for (int rank = 0; rank <= 3; rank++) {
		for (size_t i = 0; i < m->count; i++) {
			const vv_memory_object *o = &m->items[i];
			bool added;
			int code = 0;

			if (is_loose(m, o) || type_rank(o->type) != rank) {
				continue;
			}
			if (whole) {
				rc = vv_new_pack_add(whole, &o->id, o->type, o->bytes, o->len,
						     &added, err);
			} else if ((code = git_packbuilder_insert(alike, &o->id, NULL)) < 0) {
				rc = vv_git_fail(err, code, "cannot pack Git's objects");
			}
			if (rc < 0) return rc;
		}
	}
	return rc;
}

/* Larger objects become differences of one another: trees of a history that is rewritten take a fiftieth of the bytes, and less time
 * than compressing them whole. */
static vv_status write_alike(vv_repository *r, char hex[GIT_OID_HEXSZ + 1], vv_error *err)
{
	vv_auto(git_packbuilder) *pb = NULL;
	int code = git_packbuilder_new(&pb, r->git);
	vv_status rc = code < 0 ? vv_git_fail(err, code, "cannot pack Git's objects")
				: fill_pack(r->stage->memory, NULL, pb, err);

	if (rc < 0) return rc;
	if ((code = git_packbuilder_write(pb, r->stage->dir, 0444, NULL, NULL)) < 0) {
		return vv_git_fail(err, code, "cannot pack Git's objects");
	}
	memcpy(hex, git_packbuilder_name(pb), GIT_OID_HEXSZ + 1);
	return VV_OK;
}

static vv_status write_whole(const vv_quarantine *s, char hex[GIT_OID_HEXSZ + 1], vv_error *err)
{
	vv_auto(char) *path = vv_path_join(s->dir, "new-pack", NULL);
	vv_auto(vv_new_pack) *p = NULL;
	vv_status rc = vv_alloc_ok(path, err);

	if (rc < 0 || (rc = vv_new_pack_open(&p, path, err)) < 0 ||
	    (rc = fill_pack(s->memory, p, NULL, err)) < 0) {
		return rc;
	}
	return vv_new_pack_end(p, s->dir, hex, err);
}

/* Packs count objects in memory, of `bytes` bytes, in the separate folder. */
static vv_status stage_memory_pack(vv_repository *r, size_t count, size_t bytes, vv_syncs *files,
				   vv_error *err)
{
	vv_quarantine *s = r->stage;
	char hex[GIT_OID_HEXSZ + 1];
	vv_status rc;

	if ((rc = need_dir(r, err)) < 0 ||
	    (rc = bytes / count < WHOLE_MAX ? write_whole(s, hex, err) : write_alike(r, hex, err)) <
		    0 ||
	    (rc = stage_pack(r, s->dir, hex, files, err)) < 0) {
		return rc;
	}
	memcpy(s->pack, hex, sizeof(hex));
	return VV_OK;
}

/* After a failed attempt: objects in memory are written again, streamed ones cannot be. */
static vv_status start_again(vv_quarantine *s, vv_error *err)
{
	vv_status rc = VV_OK;

	if (s->streamed) return vv_fail(err, VV_EIO, "an earlier write of Git objects failed");
	git_odb_free(vv_take(&s->loose));
	s->pack[0] = '\0';
	s->tried = false;
	if (s->dir) {
		rc = vv_remove_tree(s->dir, err);
		vv_free(vv_take(&s->dir));
	}
	return rc;
}

vv_status vv_quarantine_stage(vv_repository *r, vv_syncs *files, vv_error *err)
{
	vv_auto(vv_string_list) list = {0};
	vv_quarantine *s = r->stage;
	vv_status rc = VV_OK;

	if (!s || (s->tried && (rc = start_again(s, err)) < 0)) return rc;
	size_t packed = 0, bytes = 0;
	s->tried = true;
	for (size_t i = 0; i < s->memory->count; i++) {
		const vv_memory_object *o = &s->memory->items[i];

		if (!is_loose(s->memory, o)) {
			packed++;
			bytes += o->len;
		} else if ((rc = write_loose(r, o, err)) < 0) {
			return rc;
		}
	}
	if ((packed > 0 && (rc = stage_memory_pack(r, packed, bytes, files, err)) < 0) ||
	    (s->loose && (rc = vv_git_each_loose_file(s->dir, keep_path, &list, err)) < 0)) {
		return rc;
	}
	return stage_loose(&list, files, err);
}

vv_status vv_quarantine_place(vv_repository *r, vv_error *err)
{
	vv_auto(vv_string_list) list = {0};
	vv_quarantine *s = r->stage;
	vv_status rc = VV_OK;

	if (!s) return VV_OK;
	if (s->pack[0]) {
		rc = place_pack(r, s->dir, s->pack, err);
		s->pack[0] = '\0';
	}
	if (rc < 0 ||
	    (s->loose && (rc = vv_git_each_loose_file(s->dir, keep_path, &list, err)) < 0) ||
	    (rc = place_all_loose(r, &list, err)) < 0) {
		return rc;
	}
	memory_odb_empty(s->memory);
	s->tried = false;
	return VV_OK;
}

vv_status vv_quarantine_put(vv_repository *r, vv_error *err)
{
	vv_auto(vv_syncs) files = {0};
	vv_status rc;

	if ((rc = vv_quarantine_stage(r, &files, err)) < 0 ||
	    (rc = vv_syncs_wait(&files, err)) < 0) {
		return rc;
	}
	return vv_quarantine_place(r, err);
}

vv_status vv_repository_flush(vv_repository *r, vv_error *err)
{
	vv_status rc = vv_quarantine_put(r, err);

	return rc == VV_OK ? vv_syncs_wait(&r->later, err) : rc;
}
