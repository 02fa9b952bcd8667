/*
 * pack_check: gitformat-pack(5): a pack and its index end with the SHA-1 of all that comes before.
 */
#include "repo/git/pack_check.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"

#define PIECE ((size_t)1 << 16)

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), n = strlen(end);

	return len > n && strcmp(name + len - n, end) == 0;
}

/* Hashes all of the file but its last 20 bytes, which go to end. false: it is shorter. */
static vv_status read_all(int fd, const char *path, vv_sha1_state *sha, uint8_t end[VV_SHA1_LEN],
			  bool *whole, vv_error *err)
{
	uint8_t *buf = vv_malloc(PIECE + VV_SHA1_LEN);
	size_t kept = 0;
	vv_status rc = buf ? VV_OK : vv_fail_nomem(err);
	ssize_t got = 0;

	while (rc == VV_OK && (got = vv_read_full(fd, buf + kept, PIECE, path, err)) > 0) {
		size_t have = kept + (size_t)got,
		       sure = have > VV_SHA1_LEN ? have - VV_SHA1_LEN : 0;

		rc = vv_sha1_update(sha, buf, sure, err);
		kept = have - sure;
		memmove(buf, buf + sure, kept);
	}
	if (got < 0) {
		rc = (vv_status)got;
	}
	*whole = kept == VV_SHA1_LEN;
	if (rc == VV_OK && *whole) {
		memcpy(end, buf, VV_SHA1_LEN);
	}
	vv_free(buf);
	return rc;
}

static vv_status check_file(const char *path, bool *sound, vv_error *err)
{
	uint8_t end[VV_SHA1_LEN], digest[VV_SHA1_LEN];
	vv_sha1_state *sha = NULL;
	bool whole = false;
	int fd = vv_open(path, O_RDONLY, 0, err);
	vv_status rc;

	*sound = true;
	if (fd < 0) {
		return fd == VV_ENOTFOUND ? VV_OK : (vv_status)fd; /* a gc took it away */
	}
	if ((rc = vv_sha1_new(&sha, err)) < 0) {
		goto done;
	}
	if ((rc = read_all(fd, path, sha, end, &whole, err)) == VV_OK &&
	    (rc = vv_sha1_digest(sha, digest, err)) == VV_OK) {
		*sound = whole && memcmp(end, digest, VV_SHA1_LEN) == 0;
	}
done:
	vv_sha1_free(sha);
	(void)vv_close(fd, path, NULL);
	return rc;
}

vv_status vv_git_packs_check(vv_repository *r, bool data, vv_pack_damaged_fn fn, void *payload,
			     vv_error *err)
{
	char *dir = vv_path_join(vv_repository_commondir(r), "objects/pack", (char *)NULL);
	char **names = NULL;
	size_t count = 0;
	vv_status rc = dir ? vv_list_dir(&names, &count, dir, err) : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		bool index = ends_with(names[i], ".idx"), sound = true;
		char *path;

		if (!index && !(data && ends_with(names[i], ".pack"))) {
			continue;
		}
		path = vv_path_join(dir, names[i], (char *)NULL);
		rc = path ? check_file(path, &sound, err) : vv_fail_nomem(err);
		if (rc == VV_OK && !sound) {
			rc = fn(payload, names[i], index, err);
		}
		vv_free(path);
	}
	vv_names_free(names, count);
	vv_free(dir);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}
