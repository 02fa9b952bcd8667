/*
 * ordered_files: knows which files are kept, and who waits while one is put together.
 */
#include "cmd/work/view/ordered_files.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/thread.h"

#define KEPT 2u
#define SMALL ((uint64_t)1 << 20) /* files that are put together in less time than one is opened */
#define PIECE ((size_t)64 << 10)

/* A place for one file. It is somebody's while it has users; ready and fd change under `making`. */
typedef struct slot {
	vv_cid version;
	unsigned users;
	uint64_t used; /* the clock, when it was asked for last */
	vv_mutex *making;
	bool ready;
	int fd;
	char *path; /* for messages: it has no name any more */
} slot;

struct vv_ordered_files {
	vv_mutex *lock; /* version, users and used of all places */
	slot slots[KEPT];
	uint64_t clock;
};

static void drop_file(slot *s)
{
	vv_close(s->fd, NULL, NULL);
	vv_free(s->path);
	s->fd = -1;
	s->path = NULL;
	s->ready = false;
}

vv_status vv_ordered_files_new(vv_ordered_files **out, vv_error *err)
{
	vv_ordered_files *f = vv_calloc(1, sizeof(*f));
	bool whole = f && (f->lock = vv_mutex_new());

	for (size_t i = 0; f && i < KEPT; i++) {
		f->slots[i].fd = -1;
		whole = whole && (f->slots[i].making = vv_mutex_new());
	}
	*out = f;
	if (!whole) {
		vv_ordered_files_free(f);
		*out = NULL;
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

void vv_ordered_files_free(vv_ordered_files *f)
{
	if (!f) {
		return;
	}
	for (size_t i = 0; i < KEPT; i++) {
		drop_file(&f->slots[i]);
		vv_mutex_free(f->slots[i].making);
	}
	vv_mutex_free(f->lock);
	vv_free(f);
}

/* The version's place, or the one that was asked for longest ago; NULL: all are somebody's. */
static slot *take_slot(vv_ordered_files *f, const vv_cid *version)
{
	slot *found = NULL;

	vv_mutex_lock(f->lock);
	for (size_t i = 0; i < KEPT; i++) {
		slot *s = &f->slots[i];

		if (vv_cid_equal(&s->version, version)) {
			found = s;
			break;
		}
		if (s->users == 0 && (!found || s->used < found->used)) {
			found = s;
		}
	}
	if (found) {
		if (!vv_cid_equal(&found->version, version)) {
			drop_file(found);
			found->version = *version;
		}
		found->users++;
		found->used = ++f->clock;
	}
	vv_mutex_unlock(f->lock);
	return found;
}

static void give_slot(vv_ordered_files *f, slot *s)
{
	vv_mutex_lock(f->lock);
	s->users--;
	vv_mutex_unlock(f->lock);
}

static vv_status put_bytes(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const slot *s = payload;

	return vv_write_full(s->fd, bytes, len, s->path, err);
}

static vv_status make(slot *s, vv_table *t, vv_error *err)
{
	int fd = vv_temp_open_unlinked(&s->path, NULL, "varve-", err);
	vv_status rc;

	if (fd < 0) {
		return (vv_status)fd;
	}
	s->fd = fd;
	if ((rc = vv_table_bytes(t, put_bytes, s, NULL, NULL, err)) < 0) {
		drop_file(s);
		return rc;
	}
	s->ready = true;
	return VV_OK;
}

static vv_status give_part(const slot *s, uint64_t from, uint64_t len, vv_bytes_fn fn,
			   void *payload, vv_error *err)
{
	char *piece = vv_malloc(PIECE);
	vv_status rc = piece ? VV_OK : vv_fail_nomem(err);

	while (rc == VV_OK && len > 0) {
		size_t n = len < PIECE ? (size_t)len : PIECE;
		ssize_t got = vv_pread_full(s->fd, piece, n, from, s->path, err);

		if (got < 0) {
			rc = (vv_status)got;
		} else if ((size_t)got != n) {
			rc = vv_fail(err, VV_EIO, "temporary file '%s' is shorter than written",
				     s->path);
		} else {
			rc = fn(payload, piece, n, err);
		}
		from += n;
		len -= n;
	}
	vv_free(piece);
	return rc;
}

vv_status vv_ordered_files_range(vv_ordered_files *f, vv_table *t, uint64_t from, uint64_t len,
				 vv_bytes_fn fn, void *payload, vv_error *err)
{
	uint64_t bytes = t->root.bytes;
	slot *s = f && vv_root_has_places(&t->root) && bytes > SMALL && from < bytes
			  ? take_slot(f, &t->cid)
			  : NULL;
	vv_error why = {0};
	vv_status rc;

	if (!s) {
		return vv_table_range(t, from, len, fn, payload, err);
	}
	vv_mutex_lock(s->making);
	rc = s->ready ? VV_OK : make(s, t, &why);
	vv_mutex_unlock(s->making);
	if (rc == VV_OK) {
		rc = give_part(s, from, len < bytes - from ? len : bytes - from, fn, payload, err);
	} else if (rc == VV_EIO || rc == VV_ENOTFOUND) { /* no room, no folder */
		rc = vv_table_range(t, from, len, fn, payload, err);
	} else if (err) {
		*err = why;
	}
	give_slot(f, s);
	return rc;
}
