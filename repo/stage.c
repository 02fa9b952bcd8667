/*
 * stage: how new Git objects reach the object folder: written apart, synced, and
 * moved into place together.
 *
 * Up to LOOSE_MAX objects become loose ones: one fsync each, one for each fan-out
 * folder and one for the object folder if a fan-out folder is new. More of them
 * become one pack: three fsyncs.
 */
#include "repo/stage.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git_pack_internal.h"

#define LOOSE_MAX 1u
#define PACKABLE_MAX                                                                               \
	(1u << 20) /* larger loose files stay loose: a packbuilder would hold them whole */
#define COMPRESSION 6
#define FIRST_PRIORITY 100
#define STREAM_STEP (256u << 10)

struct vv_stage {
	char *dir;
	git_odb *odb;        /* writes to dir, reads everything */
	git_repository *git; /* around odb */
};

typedef struct staged {
	git_oid id;
	char hex[GIT_OID_HEXSZ + 1];
	char *path;
	uint64_t size;
} staged;

typedef struct staged_list {
	staged *items;
	size_t count;
} staged_list;

static void stage_discard(vv_stage *s)
{
	if (!s) {
		return;
	}
	git_repository_free(s->git);
	git_odb_free(s->odb);
	if (s->dir) {
		(void)vv_remove_tree(s->dir, NULL);
	}
	vv_free(s->dir);
	vv_free(s);
}

void vv_stage_free(vv_repository *r)
{
	stage_discard(r->stage);
	r->stage = NULL;
}

static vv_status stage_make_dir(vv_stage *s, const char *objects, vv_error *err)
{
	uint64_t number;
	char name[48];
	vv_status rc;

	if ((rc = vv_mkdirs(objects, err)) < 0) {
		return rc;
	}
	vv_random(&number, sizeof(number));
	(void)snprintf(name, sizeof(name), VV_STAGE_PREFIX "%016llx", (unsigned long long)number);
	if (!(s->dir = vv_path_join(objects, name, NULL))) {
		return vv_fail_nomem(err);
	}
	return vv_mkdirs(s->dir, err);
}

static vv_status stage_open(vv_repository *r, vv_error *err)
{
	git_odb_backend *loose = NULL;
	vv_stage *s;
	vv_status rc;
	int code;

	if (r->stage) {
		return VV_OK;
	}
	if (!(s = vv_calloc(1, sizeof(*s)))) {
		return vv_fail_nomem(err);
	}
	if ((rc = stage_make_dir(s, r->objects, err)) < 0) {
		goto fail;
	}
	if ((code = git_odb_new(&s->odb)) < 0 ||
	    (code = git_odb_backend_loose(&loose, s->dir, COMPRESSION, 0, 0, 0)) < 0) {
		goto git_fail;
	}
	if ((code = git_odb_add_backend(s->odb, loose, FIRST_PRIORITY)) < 0) {
		loose->free(loose);
		goto git_fail;
	}
	if ((code = git_odb_add_disk_alternate(s->odb, r->objects)) < 0 ||
	    (code = git_repository_wrap_odb(&s->git, s->odb)) < 0 ||
	    (code = git_odb_add_disk_alternate(r->odb, s->dir)) < 0) {
		goto git_fail;
	}
	r->stage = s;
	return VV_OK;
git_fail:
	rc = vv_git_fail(err, code, "cannot stage objects in '%s'", vv_text_shows(s->dir));
fail:
	stage_discard(s);
	return rc;
}

vv_status vv_stage_repository(vv_repository *r, git_repository **out, vv_error *err)
{
	vv_status rc = stage_open(r, err);

	if (rc == VV_OK) {
		*out = r->stage->git;
	}
	return rc;
}

vv_status vv_stage_write(vv_repository *r, git_object_t type, const void *bytes, size_t len,
			 git_oid *out, vv_error *err)
{
	vv_status rc;
	int code;

	if ((code = git_odb_hash(out, bytes, len, type)) < 0) {
		return vv_git_fail(err, code, "cannot name an object");
	}
	if (git_odb_exists(r->odb, out)) {
		return VV_OK;
	}
	if ((rc = stage_open(r, err)) < 0) {
		return rc;
	}
	if ((code = git_odb_write(out, r->stage->odb, bytes, len, type)) < 0) {
		return vv_git_fail(err, code, "cannot write a Git object of %s",
				   vv_text_bytes(len));
	}
	return VV_OK;
}

static vv_status stream_body(git_odb_stream *stream, int fd, const char *path, uint64_t size,
			     vv_error *err)
{
	char *step = vv_malloc(STREAM_STEP);
	vv_status rc = VV_OK;
	uint64_t done = 0;
	ssize_t got = 1;
	int code;

	if (!step) {
		return vv_fail_nomem(err);
	}
	while (rc == VV_OK && done <= size &&
	       (got = vv_read_full(fd, step, STREAM_STEP, path, err)) > 0) {
		done += (uint64_t)got;
		if (done <= size && (code = git_odb_stream_write(stream, step, (size_t)got)) < 0) {
			rc = vv_git_fail(err, code, "cannot store '%s'", vv_text_shows(path));
		}
	}
	if (rc == VV_OK && got < 0) {
		rc = (vv_status)got;
	}
	if (rc == VV_OK && done != size) {
		rc = vv_fail(err, VV_ECONFLICT, "'%s' changed while it was being read",
			     vv_text_shows(path));
	}
	vv_free(step);
	return rc;
}

vv_status vv_stage_fd(vv_repository *r, int fd, const char *path, uint64_t size, git_oid *out,
		      vv_error *err)
{
	git_odb_stream *stream = NULL;
	vv_status rc;
	int code;

	if ((rc = stage_open(r, err)) < 0) {
		return rc;
	}
	if ((code = git_odb_open_wstream(&stream, r->stage->odb, size, GIT_OBJECT_BLOB)) < 0) {
		return vv_git_fail(err, code, "cannot store '%s'", vv_text_shows(path));
	}
	rc = stream_body(stream, fd, path, size, err);
	if (rc == VV_OK && (code = git_odb_stream_finalize_write(out, stream)) < 0) {
		rc = vv_git_fail(err, code, "cannot store '%s'", vv_text_shows(path));
	}
	git_odb_stream_free(stream);
	return rc;
}

/* --- making it durable ------------------------------------------------ */

static vv_status sync_file(const char *path, vv_error *err)
{
	int fd = vv_open(path, O_RDONLY, 0, err);
	vv_status rc, closed;

	if (fd < 0) {
		return (vv_status)fd;
	}
	rc = vv_fsync(fd, path, err);
	closed = vv_close(fd, path, rc == VV_OK ? err : NULL);
	return rc < 0 ? rc : closed;
}

static void list_clear(staged_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		vv_free(list->items[i].path);
	}
	vv_free(list->items);
	list->items = NULL;
	list->count = 0;
}

static vv_status list_add(staged_list *list, const char *dir, const char *fan, const char *name,
			  vv_error *err)
{
	staged *items, *it;
	vv_stat st;
	vv_status rc;

	if (strlen(name) != GIT_OID_HEXSZ - 2) {
		return VV_OK; /* a temporary file of libgit2 */
	}
	if (!(items = vv_realloc_array(list->items, list->count + 1, sizeof(*items)))) {
		return vv_fail_nomem(err);
	}
	list->items = items;
	it = &items[list->count];
	(void)snprintf(it->hex, sizeof(it->hex), "%s%s", fan, name);
	if (git_oid_fromstr(&it->id, it->hex) < 0) {
		git_error_clear();
		return VV_OK;
	}
	if (!(it->path = vv_path_join(dir, name, NULL))) {
		return vv_fail_nomem(err);
	}
	list->count++;
	if ((rc = vv_lstat(&st, it->path, err)) < 0) {
		return rc;
	}
	it->size = st.size;
	return VV_OK;
}

static vv_status list_staged(const vv_stage *s, staged_list *list, vv_error *err)
{
	char **fans = NULL, **names = NULL;
	size_t fan_count = 0, count = 0, i, j;
	vv_status rc = vv_list_dir(&fans, &fan_count, s->dir, err);

	for (i = 0; rc == VV_OK && i < fan_count; i++) {
		char *dir;

		if (strlen(fans[i]) != 2) {
			continue;
		}
		if (!(dir = vv_path_join(s->dir, fans[i], NULL))) {
			rc = vv_fail_nomem(err);
			break;
		}
		rc = vv_list_dir(&names, &count, dir, err);
		for (j = 0; rc == VV_OK && j < count; j++) {
			rc = list_add(list, dir, fans[i], names[j], err);
		}
		vv_names_free(names, count);
		names = NULL;
		count = 0;
		vv_free(dir);
	}
	vv_names_free(fans, fan_count);
	return rc;
}

/* Moves synced loose files to objects/xx; their folders are synced by the caller. */
static vv_status place_loose(vv_repository *r, const staged *it, bool *new_fan, vv_error *err)
{
	char *dir = NULL, *to = NULL;
	char fan[3] = {it->hex[0], it->hex[1], '\0'};
	vv_status rc = VV_OK;

	if (!(dir = vv_path_join(r->objects, fan, NULL)) ||
	    !(to = vv_path_join(dir, it->hex + 2, NULL))) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if (!vv_exists(dir)) {
		*new_fan = true;
		if ((rc = vv_mkdirs(dir, err)) < 0) {
			goto done;
		}
	}
	if ((rc = vv_rename(it->path, to, err)) < 0 || (rc = vv_fsync_dir(dir, err)) < 0) {
		goto done;
	}
done:
	vv_free(to);
	vv_free(dir);
	return rc;
}

static vv_status flush_loose(vv_repository *r, const staged_list *list, vv_error *err)
{
	bool new_fan = false;
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && i < list->count; i++) {
		rc = sync_file(list->items[i].path, err);
	}
	for (i = 0; rc == VV_OK && i < list->count; i++) {
		rc = place_loose(r, &list->items[i], &new_fan, err);
	}
	if (rc == VV_OK && new_fan) {
		rc = vv_fsync_dir(r->objects, err);
	}
	return rc;
}

static vv_status move_pack_part(const char *from_dir, const char *to_dir, const char *hex,
				const char *ext, vv_error *err)
{
	char name[64];
	char *from, *to;
	vv_status rc;

	(void)snprintf(name, sizeof(name), "pack-%s.%s", hex, ext);
	from = vv_path_join(from_dir, name, NULL);
	to = vv_path_join(to_dir, name, NULL);
	if (!from || !to) {
		rc = vv_fail_nomem(err);
	} else if ((rc = sync_file(from, err)) == VV_OK) {
		rc = vv_rename(from, to, err);
	}
	vv_free(from);
	vv_free(to);
	return rc;
}

vv_status vv_stage_install_pack(vv_repository *r, git_packbuilder *pb, char **name_out,
				vv_error *err)
{
	char *to = NULL;
	const char *hex;
	vv_status rc = stage_open(r, err);
	int code;

	if (rc < 0) {
		return rc;
	}
	if (!(to = vv_path_join(r->objects, "pack", NULL))) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if (!vv_exists(to) &&
	    ((rc = vv_mkdirs(to, err)) < 0 || (rc = vv_fsync_dir(r->objects, err)) < 0)) {
		goto done;
	}
	if ((code = git_packbuilder_write(pb, r->stage->dir, 0444, NULL, NULL)) < 0) {
		rc = vv_git_fail(err, code, "cannot pack Git's objects");
		goto done;
	}
	hex = git_packbuilder_name(pb);
	/* Named as ours first: an entry without its pack does no harm. */
	if ((rc = vv_git_packs_note(r, hex, err)) < 0 ||
	    (rc = move_pack_part(r->stage->dir, to, hex, "pack", err)) < 0 ||
	    (rc = move_pack_part(r->stage->dir, to, hex, "idx", err)) < 0 ||
	    (rc = vv_fsync_dir(to, err)) < 0) {
		goto done;
	}
	if ((code = git_odb_refresh(r->odb)) < 0 || (code = git_odb_refresh(r->stage->odb)) < 0) {
		rc = vv_git_fail(err, code, "cannot read the new pack");
		goto done;
	}
	if (name_out && !(*name_out = vv_strdup(hex))) {
		rc = vv_fail_nomem(err);
	}
done:
	vv_free(to);
	return rc;
}

/* Commits, trees, blobs: the order that gives packs good locality. */
static int type_rank(git_object_t type)
{
	return type == GIT_OBJECT_COMMIT ? 0
	       : type == GIT_OBJECT_TAG  ? 1
	       : type == GIT_OBJECT_TREE ? 2
					 : 3;
}

static vv_status insert_all(vv_repository *r, git_packbuilder *pb, const staged_list *list,
			    vv_error *err)
{
	int rank, code;
	size_t i;

	for (rank = 0; rank <= 3; rank++) {
		for (i = 0; i < list->count; i++) {
			git_object_t type;
			size_t len;

			if ((code = git_odb_read_header(&len, &type, r->stage->odb,
							&list->items[i].id)) < 0 ||
			    (type_rank(type) == rank &&
			     (code = git_packbuilder_insert(pb, &list->items[i].id, NULL)) < 0)) {
				return vv_git_fail(err, code, "cannot pack the object %s",
						   list->items[i].hex);
			}
		}
	}
	return VV_OK;
}

static vv_status flush_pack(vv_repository *r, const staged_list *list, vv_error *err)
{
	git_packbuilder *pb = NULL;
	vv_status rc;
	size_t i;
	int code;

	if ((code = git_packbuilder_new(&pb, r->stage->git)) < 0) {
		return vv_git_fail(err, code, "cannot pack Git's objects");
	}
	if ((rc = insert_all(r, pb, list, err)) == VV_OK) {
		rc = vv_stage_install_pack(r, pb, NULL, err);
	}
	for (i = 0; rc == VV_OK && i < list->count; i++) {
		rc = vv_unlink(list->items[i].path, true, err);
	}
	git_packbuilder_free(pb);
	return rc;
}

vv_status vv_stage_flush(vv_repository *r, vv_error *err)
{
	staged_list all = {NULL, 0}, large = {NULL, 0}, small = {NULL, 0};
	vv_status rc;
	size_t i;

	if (!r->stage) {
		return VV_OK;
	}
	if ((rc = list_staged(r->stage, &all, err)) < 0 || all.count == 0) {
		goto done;
	}
	small.items = vv_calloc(all.count, sizeof(staged));
	large.items = vv_calloc(all.count, sizeof(staged));
	if (!small.items || !large.items) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	for (i = 0; i < all.count; i++) { /* the paths stay all's */
		staged_list *to = all.count <= LOOSE_MAX || all.items[i].size > PACKABLE_MAX
					  ? &large
					  : &small;

		to->items[to->count++] = all.items[i];
	}
	if ((rc = flush_loose(r, &large, err)) < 0) {
		goto done;
	}
	rc = small.count > LOOSE_MAX ? flush_pack(r, &small, err) : flush_loose(r, &small, err);
done:
	vv_free(small.items);
	vv_free(large.items);
	list_clear(&all);
	return rc;
}
