/*
 * sync: fsyncs that wait at the same time share a commit of the file system's journal.
 */
#include "base/sync.h"

#include <fcntl.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
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

static void sync_file(void *payload)
{
	struct sync_item *it = payload;

	it->status = vv_fsync(it->fd, it->path, &it->err);
}

static void drop_files(vv_syncs *s)
{
	vv_array_each(s->items, s->count, item) {
		(void)vv_close(item->fd, item->path, NULL);
		vv_free(item->path);
	}
	s->count = 0;
}

/* take_fd is closed on failure, too. */
static vv_status add_file(vv_syncs *s, int take_fd, const char *path, vv_error *err)
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

	return own < 0 ? vv_fail_errno(err, "cannot make durable", path)
		       : add_file(s, own, path, err);
}

vv_status vv_syncs_add_path(vv_syncs *s, const char *path, vv_error *err)
{
	int fd = vv_open(path, O_RDONLY | O_NONBLOCK, 0, err);

	return fd < 0 ? (vv_status)fd : add_file(s, fd, path, err);
}

vv_status vv_syncs_wait(vv_syncs *s, vv_error *err)
{
	vv_status rc = VV_OK;

	/* This thread runs the last one, and those for which no thread could be started. */
	for (size_t i = 0; i + 1 < s->count; i++) {
		s->items[i].worker = vv_worker_start(sync_file, &s->items[i]);
	}
	for (size_t i = s->count; i > 0; i--) {
		if (!s->items[i - 1].worker) {
			sync_file(&s->items[i - 1]);
		}
	}
	vv_array_each(s->items, s->count, item) {
		vv_worker_join(item->worker);
		if (rc == VV_OK && item->status < 0) {
			rc = vv_error_copy(err, &item->err);
		}
	}
	drop_files(s);
	return rc;
}

void vv_syncs_clear(vv_syncs *s)
{
	drop_files(s);
	vv_free(s->items);
	*s = (vv_syncs){0};
}

/* --- files that are written together -------------------------------------------------------- */

struct file_batch_item {
	char *temp, *path; /* temp NULL: it has its name */
};

static vv_status add_folder(vv_file_batch *b, const char *folder, vv_error *err)
{
	if (vv_array_find(b->folders.items, b->folders.count, it, strcmp(*it, folder) == 0)) {
		return VV_OK;
	}
	return vv_string_list_add(&b->folders, vv_strdup(folder), err);
}

/* The folder, and those in which new ones above it get their names. */
static vv_status make_folder(vv_file_batch *b, const char *folder, vv_error *err)
{
	vv_auto(char) *at = vv_strdup(folder);
	vv_status rc = at ? add_folder(b, folder, err) : vv_fail_nomem(err);

	while (rc == VV_OK && !vv_exists(at)) {
		char *above = vv_path_dir(at);
		rc = above ? add_folder(b, above, err) : vv_fail_nomem(err);
		vv_free(at);
		at = above;
	}
	return rc < 0 ? rc : vv_mkdirs(folder, err);
}

/* An earlier wait inside vv_syncs may have failed; reports that once. */
static vv_status note_failure(vv_file_batch *b, vv_status rc, vv_error *err)
{
	if (rc >= 0) return rc;
	b->failed = true;
	return vv_error_copy(err, &b->why);
}

static vv_status write_temp(vv_file_batch *b, int fd, const char *temp, const void *bytes,
			    size_t len, vv_error *err)
{
	vv_status rc = vv_write_full(fd, bytes, len, temp, err);

	if (rc == VV_OK) {
		rc = note_failure(b, vv_syncs_add(&b->syncs, fd, temp, &b->why), err);
	}
	return vv_close_after(rc, fd, temp, err);
}

vv_status vv_file_batch_add(vv_file_batch *b, const char *path, const void *bytes, size_t len,
			    vv_error *err)
{
	vv_auto(char) *folder = vv_path_dir(path);
	vv_auto(char) *copy = vv_strdup(path), *temp = NULL;
	int fd;
	vv_status rc;

	if (!folder || !copy || !vv_array_room(b->items, b->count, b->cap)) {
		return vv_fail_nomem(err);
	}
	if ((rc = make_folder(b, folder, err)) < 0) return rc;
	if ((fd = vv_temp_open(&temp, folder, VV_WRITE_TEMP, err)) < 0) return (vv_status)fd;
	if ((rc = write_temp(b, fd, temp, bytes, len, err)) < 0) {
		(void)vv_unlink(temp, true, NULL);
		return rc;
	}
	b->items[b->count++] = (struct file_batch_item){.temp = vv_take(&temp),
							.path = vv_take(&copy)};
	return VV_OK;
}

vv_status vv_file_batch_keep(vv_file_batch *b, const char *path, vv_error *err)
{
	vv_auto(char) *folder = vv_path_dir(path);
	vv_status rc = folder ? add_folder(b, folder, err) : vv_fail_nomem(err);

	return rc < 0 ? rc : note_failure(b, vv_syncs_add_path(&b->syncs, path, &b->why), err);
}

/* Removes files that were not renamed yet. */
static void drop_batch(vv_file_batch *b)
{
	vv_array_each(b->items, b->count, item) {
		if (item->temp) {
			(void)vv_unlink(item->temp, true, NULL);
		}
		vv_free_all(item->temp, item->path);
	}
	vv_string_list_clear(&b->folders);
	b->count = 0;
	b->failed = false;
}

static vv_status name_all(vv_file_batch *b, vv_error *err)
{
	vv_status rc;

	vv_array_each(b->items, b->count, item) {
		if ((rc = vv_rename(item->temp, item->path, err)) < 0) return rc;
		vv_free(vv_take(&item->temp));
	}
	return VV_OK;
}

vv_status vv_file_batch_finish(vv_file_batch *b, vv_error *err)
{
	vv_status rc = vv_syncs_wait(&b->syncs, err);

	if (b->failed) {
		rc = vv_error_copy(err, &b->why);
	}
	if (rc == VV_OK) {
		rc = name_all(b, err);
	}
	for (size_t i = 0; rc == VV_OK && i < b->folders.count; i++) {
		rc = vv_syncs_add_path(&b->syncs, b->folders.items[i], err);
	}
	if (rc == VV_OK) {
		rc = vv_syncs_wait(&b->syncs, err);
	}
	vv_syncs_clear(&b->syncs);
	drop_batch(b);
	return rc;
}

void vv_file_batch_clear(vv_file_batch *b)
{
	drop_batch(b);
	vv_syncs_clear(&b->syncs);
	vv_free(b->items);
	*b = (vv_file_batch){0};
}
