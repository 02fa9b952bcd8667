/*
 * sync: knows that fsyncs that wait at the same time share a commit of the file system's journal.
 */
#include "base/sync.h"

#include <fcntl.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/thread.h"

#define ITEMS_MAX 16 /* descriptors, and threads while they wait */

struct sync_item {
	int fd;
	char *path;
	vv_worker *worker;
	vv_status status;
	vv_error err;
};

static void run(void *payload)
{
	struct sync_item *it = payload;

	it->status = vv_fsync(it->fd, it->path, &it->err);
}

static void drop(vv_syncs *s)
{
	for (size_t i = 0; i < s->count; i++) {
		(void)vv_close(s->items[i].fd, s->items[i].path, NULL);
		vv_free(s->items[i].path);
	}
	s->count = 0;
}

/* take_fd is closed on failure, too. */
static vv_status add(vv_syncs *s, int take_fd, const char *path, vv_error *err)
{
	struct sync_item it = {.fd = take_fd, .path = vv_strdup(path)};
	vv_status rc = s->count < ITEMS_MAX ? VV_OK : vv_syncs_wait(s, err);

	if (rc == VV_OK && (!it.path || !vv_array_room(s->items, s->count, s->cap))) {
		rc = vv_fail_nomem(err);
	}
	if (rc < 0) {
		(void)vv_close(take_fd, path, NULL);
		vv_free(it.path);
		return rc;
	}
	s->items[s->count++] = it;
	return VV_OK;
}

vv_status vv_syncs_add(vv_syncs *s, int fd, const char *path, vv_error *err)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return own < 0 ? vv_fail_errno(err, "cannot make durable", path) : add(s, own, path, err);
}

vv_status vv_syncs_add_path(vv_syncs *s, const char *path, vv_error *err)
{
	int fd = vv_open(path, O_RDONLY, 0, err);

	return fd < 0 ? (vv_status)fd : add(s, fd, path, err);
}

vv_status vv_syncs_wait(vv_syncs *s, vv_error *err)
{
	vv_status rc = VV_OK;

	/* The last is for this thread, as are those for which there is no other. */
	for (size_t i = 0; i + 1 < s->count; i++) {
		s->items[i].worker = vv_worker_start(run, &s->items[i]);
	}
	for (size_t i = s->count; i > 0; i--) {
		if (!s->items[i - 1].worker) {
			run(&s->items[i - 1]);
		}
	}
	for (size_t i = 0; i < s->count; i++) {
		vv_worker_join(s->items[i].worker);
		if (rc == VV_OK && s->items[i].status < 0) {
			rc = s->items[i].status;
			if (err) {
				*err = s->items[i].err;
			}
		}
	}
	drop(s);
	return rc;
}

void vv_syncs_clear(vv_syncs *s)
{
	drop(s);
	vv_free(s->items);
	*s = (vv_syncs){0};
}
