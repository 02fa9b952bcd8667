/*
 * libgit2: starting libgit2, which of its defaults are not ours, and which of its codes
 * and error classes mean which decision of ours.
 *
 * Its own fsync option stays off: all that must last is written and synced by
 * quarantine.c, history/refs_write.c, index/index.c and config.c, in fewer fsyncs.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <zlib.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "repo/git/libgit2.h"

static vv_status status_of_class(int klass)
{
	switch (klass) {
	case GIT_ERROR_NOMEMORY:
		return VV_ENOMEM;
	case GIT_ERROR_ZLIB:
	case GIT_ERROR_ODB:
	case GIT_ERROR_OBJECT:
	case GIT_ERROR_TREE:
	case GIT_ERROR_TAG:
	case GIT_ERROR_INDEX:
	case GIT_ERROR_INDEXER:
	case GIT_ERROR_REPOSITORY:
		return VV_ECORRUPT;
	case GIT_ERROR_INVALID:
	case GIT_ERROR_CONFIG:
	case GIT_ERROR_REFERENCE:
	case GIT_ERROR_REGEX:
		return VV_EUSAGE;
	default:
		return VV_EIO;
	}
}

static vv_status status_of(int code, int klass)
{
	switch (code) {
	case GIT_ENOTFOUND:
	case GIT_EUNBORNBRANCH:
		return VV_ENOTFOUND;
	case GIT_EEXISTS:
		return VV_EEXISTS;
	case GIT_EAMBIGUOUS:
	case GIT_EINVALIDSPEC:
	case GIT_EBAREREPO:
	case GIT_EPEEL:
	case GIT_EDIRECTORY:
		return VV_EUSAGE;
	case GIT_ELOCKED:
		return VV_ELOCKED;
	case GIT_EUNMERGED:
	case GIT_ENONFASTFORWARD:
	case GIT_ECONFLICT:
	case GIT_EMODIFIED:
	case GIT_EMERGECONFLICT:
		return VV_ECONFLICT;
	case GIT_EMISMATCH:
	case GIT_EEOF:
		return VV_ECORRUPT;
	case GIT_EOWNER:
		return VV_EREFUSED;
	default:
		return status_of_class(klass);
	}
}

vv_status vv_git_fail(vv_error *err, int code, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	vv_status rc = status_of(code, last ? last->klass : GIT_ERROR_NONE);
	char what[1024], why[5120] = ""; /* the reason is after a path */
	va_list ap;

	if (last && last->message) {
		(void)snprintf(why, sizeof(why), "%s", last->message);
		why[strcspn(why, "\r\n")] = '\0';
	}
	git_error_clear();
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (!*why) return vv_fail(err, rc, "%s", what);
	return vv_fail(err, rc, "%s: %s", what, why);
}

#define OBJECT_CACHE_BYTES (32 << 20)
/* Blobs up to this size are read and hashed once for several questions: a pointer, a damaged one,
 * its content. */
#define BLOB_CACHE_EACH 65536
/* A folder of 25,000 tables: paths are looked up in it one by one. */
#define TREE_CACHE_EACH (1 << 20)
#define PACK_OBJECTS_MAX 50000000u
/* Windows: files that libgit2 has open can be read, written, renamed and removed meanwhile. It ignores this elsewhere. */
#define SHARE_ALL 7ul

/* Extensions that libgit2 may open; the values of the last two are checked in repository.c. */
static const char *const known_extensions[] = {"worktreeconfig", "preciousobjects", "partialclone",
					       "objectformat", "refstorage"};

vv_status vv_git_start(vv_error *err)
{
	int code = git_libgit2_init();

	if (code < 0) return vv_git_fail(err, code, "cannot start libgit2");
	if (code == 1 &&
	    ((code = git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, known_extensions,
				      sizeof(known_extensions) / sizeof(known_extensions[0]))) <
		     0 ||
	     (code = git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)OBJECT_CACHE_BYTES)) <
		     0 ||
	     (code = git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_BLOB,
				      (size_t)BLOB_CACHE_EACH)) < 0 ||
	     (code = git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE,
				      (size_t)TREE_CACHE_EACH)) < 0 ||
	     (code = git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0)) < 0 ||
	     (code = git_libgit2_opts(GIT_OPT_SET_WINDOWS_SHAREMODE, SHARE_ALL)) < 0 ||
	     (code = git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, (size_t)PACK_OBJECTS_MAX)) <
		     0)) {
		vv_git_stop();
		return vv_git_fail(err, code, "cannot set up libgit2");
	}
	return VV_OK;
}

void vv_git_stop(void)
{
	(void)git_libgit2_shutdown();
}

/* ---- objects and their names ---- */

vv_status vv_git_name(git_oid *out, const void *bytes, size_t len, git_object_t type, vv_error *err)
{
	char head[64];
	const int head_len =
		snprintf(head, sizeof(head), "%s %zu", git_object_type2string(type), len) + 1;

	return vv_sha1(out->id, head, (size_t)head_len, bytes, len, err);
}

static int check_name(const void *bytes, size_t len, git_object_t type, const git_oid *id)
{
	char what[80], hex[GIT_OID_HEXSZ + 1];
	git_oid found;

	if (vv_git_name(&found, bytes, len, type, VV_IGNORED) < 0) return GIT_ERROR;
	if (git_oid_equal(&found, id)) return 0;
	(void)snprintf(what, sizeof(what), "the object's content has another id, %s",
		       git_oid_tostr(hex, sizeof(hex), &found));
	git_error_set_str(GIT_ERROR_ODB, what);
	return GIT_EMISMATCH;
}

typedef int (*read_function)(void **, size_t *, git_object_t *, git_odb_backend *, const git_oid *);

/* libgit2's functions for its loose objects and its packs, the same in all repositories. */
static _Atomic(read_function) reads[2];

static int checked_read(void **out, size_t *len, git_object_t *type, git_odb_backend *backend,
			const git_oid *id)
{
	int code = atomic_load(&reads[backend->writepack != NULL])(out, len, type, backend, id);

	if (code == 0 && (code = check_name(*out, *len, *type, id)) < 0) {
		git_odb_backend_data_free(backend, *out);
	}
	return code;
}

static int checked_read_prefix(git_oid *full, void **out, size_t *len, git_object_t *type,
			       git_odb_backend *backend, const git_oid *id, size_t digits)
{
	const int code = backend->exists_prefix(full, backend, id, digits);

	return code < 0 ? code : backend->read(out, len, type, backend, full);
}

void vv_git_check_reads(git_odb *odb)
{
	for (size_t i = 0; i < git_odb_num_backends(odb); i++) {
		git_odb_backend *b;

		/* Only libgit2's own readers freshen files. */
		if (git_odb_get_backend(&b, odb, i) == 0 && b->freshen && b->read != checked_read) {
			atomic_store(&reads[b->writepack != NULL], b->read);
			b->read = checked_read;
			b->read_prefix = checked_read_prefix;
		}
	}
}

/* ---- what begins alike ---- */

static bool is_loose(const git_odb_backend *b)
{
	return b->freshen && !b->writepack;
}

static int note_first(const git_oid *id, void *payload)
{
	((bool *)payload)[id->id[0]] = true;
	return 0;
}

int vv_git_loose_firsts(git_odb *odb, bool firsts[256])
{
	git_odb_backend *b;
	int code = 0;

	for (size_t i = 0; code == 0 && i < git_odb_num_backends(odb); i++) {
		code = git_odb_get_backend(&b, odb, i);
		if (code == 0 && is_loose(b)) {
			code = b->foreach(b, note_first, firsts);
		}
	}
	return code;
}

bool vv_git_begins_alone(git_odb *odb, const git_oid *id, size_t digits, const bool *loose_firsts)
{
	char hex[GIT_OID_HEXSZ + 1];
	git_oid begin, found;
	bool alone = git_oid_fromstrn(&begin, git_oid_tostr(hex, sizeof(hex), id), digits) == 0;

	for (size_t i = 0; alone && i < git_odb_num_backends(odb); i++) {
		git_odb_backend *b;

		if (git_odb_get_backend(&b, odb, i) < 0 || !b->exists_prefix ||
		    (is_loose(b) && loose_firsts && !loose_firsts[id->id[0]])) {
			continue;
		}
		int code = b->exists_prefix(&found, b, &begin, digits);
		alone = code == 0 ? git_oid_equal(&found, id) : code != GIT_EAMBIGUOUS;
	}
	git_error_clear();
	return alone;
}

/* ---- loose objects ---- */

#define PACKED_PRIORITY 2 /* priority, before libgit2's own reader of loose objects, which has 1 */
#define PIECE_MAX ((size_t)1 << 30)

typedef struct loose_reader {
	git_odb_backend backend;
	size_t dir_len;
	char path[]; /* of the folder, and room for an object's name */
} loose_reader;

/* An object's file: "TYPE LENGTH", a NUL and the bytes, deflated. */
typedef struct loose {
	int fd;
	bool inflating, ended;
	z_stream z;
	uint8_t in[16384], head[64];
	size_t head_len, body; /* inflated into head; where in it the bytes begin */
	git_object_t type;
	size_t len;
} loose;

static void loose_clear(loose *l)
{
	if (l->inflating) {
		(void)inflateEnd(&l->z);
	}
	vv_close(l->fd, NULL, NULL);
}
VV_AUTO_CLEAR(loose, loose_clear)

static int loose_damaged(void)
{
	git_error_set_str(GIT_ERROR_ZLIB, "the file of the object is damaged");
	return GIT_ERROR;
}

/* Up to want bytes more; fewer only at the end. -1: damaged, or cut. */
static int loose_fill(loose *l, uint8_t *out, size_t want, size_t *got)
{
	*got = 0;
	while (*got < want && !l->ended) {
		const size_t piece = want - *got < PIECE_MAX ? want - *got : PIECE_MAX;

		if (l->z.avail_in == 0) {
			const ssize_t n = read(l->fd, l->in, sizeof(l->in));

			if (n <= 0) return loose_damaged();
			l->z.next_in = l->in;
			l->z.avail_in = (uInt)n;
		}
		l->z.next_out = out + *got;
		l->z.avail_out = (uInt)piece;
		const int code = inflate(&l->z, Z_NO_FLUSH);
		*got += piece - l->z.avail_out;
		l->ended = code == Z_STREAM_END;
		if (code != Z_OK && code != Z_STREAM_END) return loose_damaged();
	}
	return 0;
}

static int loose_read_head(loose *l)
{
	const char *head = (const char *)l->head;
	int code = loose_fill(l, l->head, sizeof(l->head) - 1, &l->head_len);
	const char *nul = memchr(head, '\0', l->head_len), *space;
	char type[sizeof(l->head)];

	if (code < 0) return code;
	space = nul ? memchr(head, ' ', (size_t)(nul - head)) : NULL;
	if (!space || space + 1 == nul || nul - space > 19) return loose_damaged();
	(void)snprintf(type, sizeof(type), "%.*s", (int)(space - head), head);
	l->type = git_object_string2type(type);
	for (const char *p = space + 1; p < nul; p++) {
		if (*p < '0' || *p > '9') return loose_damaged();
		l->len = l->len * 10 + (size_t)(*p - '0');
	}
	l->body = (size_t)(nul + 1 - head);
	return l->type == GIT_OBJECT_INVALID || l->head_len - l->body > l->len ? loose_damaged()
									       : 0;
}

/* GIT_ENOTFOUND: no such file, or another reader of libgit2 must read it. */
static int loose_open(loose *l, git_odb_backend *backend, const git_oid *id)
{
	loose_reader *r = (loose_reader *)backend;
	char path[GIT_OID_HEXSZ + 3];
	ssize_t n;

	git_oid_pathfmt(path, id);
	path[GIT_OID_HEXSZ + 1] = '\0';
	(void)snprintf(r->path + r->dir_len, sizeof(path) + 1, "/%s", path);
	if ((l->fd = open(r->path, O_RDONLY | O_CLOEXEC)) < 0 ||
	    (n = read(l->fd, l->in, sizeof(l->in))) < 2 || (l->in[0] & 0x8f) != 8 ||
	    (l->in[0] << 8 | l->in[1]) % 31 != 0) {
		return GIT_ENOTFOUND;
	}
	l->z.next_in = l->in;
	l->z.avail_in = (uInt)n;
	if (inflateInit(&l->z) != Z_OK) {
		git_error_set_oom();
		return GIT_ERROR;
	}
	l->inflating = true;
	return loose_read_head(l);
}

static int loose_read(void **out, size_t *len, git_object_t *type, git_odb_backend *backend,
		      const git_oid *id)
{
	vv_auto(loose) l = {.fd = -1};
	int code = loose_open(&l, backend, id);
	uint8_t *bytes, beyond;
	size_t have, got;

	if (code < 0) return code;
	if (!(bytes = git_odb_backend_data_alloc(backend, l.len > 0 ? l.len : 1))) return GIT_ERROR;
	have = l.head_len - l.body;
	memcpy(bytes, l.head + l.body, have);
	code = loose_fill(&l, bytes + have, l.len - have, &got);
	if (code == 0 && have + got < l.len) {
		code = loose_damaged();
	}
	/* The sum behind the bytes is checked where the end is looked for. */
	if (code == 0 && (code = loose_fill(&l, &beyond, 1, &got)) == 0 && got > 0) {
		code = loose_damaged();
	}
	if (code == 0) {
		code = check_name(bytes, l.len, l.type, id);
	}
	if (code < 0) {
		git_odb_backend_data_free(backend, bytes);
		return code;
	}
	*out = bytes;
	*len = l.len;
	*type = l.type;
	return 0;
}

static int loose_read_header(size_t *len, git_object_t *type, git_odb_backend *backend,
			     const git_oid *id)
{
	vv_auto(loose) l = {.fd = -1};
	int code = loose_open(&l, backend, id);

	*len = l.len;
	*type = l.type;
	return code;
}

static int loose_each(git_odb_backend *backend VV_UNUSED, git_odb_foreach_cb cb VV_UNUSED,
		      void *payload VV_UNUSED)
{
	return 0; /* libgit2's own reader lists them */
}

static void loose_reader_free(git_odb_backend *backend)
{
	vv_free(backend);
}

vv_status vv_git_read_loose(git_odb *odb, const char *objects, bool alternate, vv_error *err)
{
	const size_t len = strlen(objects);
	vv_auto_free loose_reader *r = vv_calloc(1, sizeof(*r) + len + GIT_OID_HEXSZ + 4);
	int code;

	if (!r) return vv_fail_nomem(err);
	memcpy(r->path, objects, len);
	r->dir_len = len;
	r->backend = (git_odb_backend){.version = GIT_ODB_BACKEND_VERSION,
				       .read = loose_read,
				       .read_header = loose_read_header,
				       .foreach = loose_each,
				       .free = loose_reader_free};
	code = alternate ? git_odb_add_alternate(odb, &r->backend, PACKED_PRIORITY)
			 : git_odb_add_backend(odb, &r->backend, PACKED_PRIORITY);
	if (code < 0) return vv_git_fail(err, code, "cannot read loose objects");
	(void)vv_take(&r);
	return VV_OK;
}
