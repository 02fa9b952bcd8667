/*
 * lfs: the text of a Git LFS pointer (git-lfs spec v1) and the place of its object.
 */
#include "lib/names/lfs.h"

#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"

#define VERSION_LINE "version https://git-lfs.github.com/spec/v1\n"
#define OID_LINE "\noid sha256:"
#define HEX_LEN 64u

/* The 64 hex digits of the pointer's object; NULL: the text is not a pointer. Lines between version
 * and oid (extensions) are allowed. */
static const char *find_oid(const char *text, size_t len)
{
	size_t version = strlen(VERSION_LINE), oid = strlen(OID_LINE);
	if (len > VV_LFS_POINTER_MAX || len < version || memcmp(text, VERSION_LINE, version) != 0) {
		return NULL;
	}
	for (size_t i = version - 1; i + oid + HEX_LEN < len; i++) {
		if (memcmp(text + i, OID_LINE, oid) == 0) {
			const char *hex = text + i + oid;
			return strspn(hex, "0123456789abcdef") == HEX_LEN && hex[HEX_LEN] == '\n'
				       ? hex
				       : NULL;
		}
	}
	return NULL;
}

vv_status vv_lfs_find(char **path, vv_repository *r, const char *text, size_t len, vv_error *err)
{
	char pointer[VV_LFS_POINTER_MAX + 1], oid[HEX_LEN + 1];
	const char *hex;

	*path = NULL;
	if (len > VV_LFS_POINTER_MAX) return VV_OK;
	memcpy(pointer, len > 0 ? text : "", len);
	pointer[len] = '\0';
	if (!(hex = find_oid(pointer, len))) return VV_OK;
	memcpy(oid, hex, HEX_LEN);
	oid[HEX_LEN] = '\0';
	const char first[3] = {oid[0], oid[1], 0}, second[3] = {oid[2], oid[3], 0};
	vv_auto(char) *file = vv_path_join(vv_repository_commondir(r), "lfs", "objects", first,
					   second, oid, (char *)NULL);
	if (!file) return vv_fail_nomem(err);
	if (!vv_exists(file)) {
		return vv_fail(
			err, VV_EMISSING,
			"its content is in Git LFS, and object %.12s is missing here\n'git lfs fetch --all' fetches it",
			oid);
	}
	*path = vv_take(&file);
	return VV_OK;
}
