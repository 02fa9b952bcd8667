/*
 * lfs: knows the text of a Git LFS pointer (git-lfs spec v1) and where its object lies.
 */
#include "lib/work/view/lfs.h"

#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"

#define VERSION_LINE "version https://git-lfs.github.com/spec/v1\n"
#define OID_LINE "\noid sha256:"
#define HEX_LEN 64u

/* The 64 hex digits of the pointer's object; NULL: the text is not a pointer. Lines between
 * version and oid (extensions) may be there. */
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
	char hex[HEX_LEN + 1], first[3], second[3], pointer[VV_LFS_POINTER_MAX + 1];
	*path = NULL;
	if (len > VV_LFS_POINTER_MAX) return VV_OK;
	memcpy(pointer, len > 0 ? text : "", len);
	pointer[len] = '\0';
	const char *oid = find_oid(pointer, len);
	if (!oid) return VV_OK;
	memcpy(hex, oid, HEX_LEN);
	hex[HEX_LEN] = '\0';
	memcpy(first, hex, 2);
	memcpy(second, hex + 2, 2);
	first[2] = second[2] = '\0';
	char *file = vv_path_join(vv_repository_commondir(r), "lfs", "objects", first, second, hex,
				  (char *)NULL);
	if (!file) return vv_fail_nomem(err);
	if (!vv_exists(file)) {
		vv_free(file);
		vv_fail(err, VV_EMISSING,
			"its content is kept by Git LFS, and object %.12s is not here", hex);
		return vv_hint(err, "'git lfs fetch --all' gets it");
	}
	*path = file;
	return VV_OK;
}
