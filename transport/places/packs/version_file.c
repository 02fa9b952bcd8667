/*
 * version_file: its lines, and the digest that ends them.
 */
#include "transport/places/packs/version_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/sys.h"

#define VERSION_AGAIN                                                                              \
	"again " /* and random hex: a gc condemned it, and sees that it is another file now */
#define VERSION_OLDER "older " /* a pack and its length */
#define VERSION_END "sha256 "  /* of all before, in hex, ends a version's file */
#define VERSION_END_LEN (sizeof(VERSION_END) - 1 + 2 * VV_SHA256_LEN + 1)

const char vv_version_mark[] = "varve version 1\n";

void vv_version_packs_clear(vv_version_packs *v)
{
	vv_free_all(v->packs.items, v->indexes.items, v->older);
	*v = (vv_version_packs){0};
}

vv_status vv_version_packs_add_older(vv_version_packs *v, const vv_cid *pack, uint64_t len,
				     vv_error *err)
{
	return vv_array_add(v->older, v->older_count, v->older_cap, (vv_older_pack){*pack, len})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Reads a name and the character after it; false: something else. */
static bool next_name(const char **p, const char *ends, vv_cid *key)
{
	const size_t len = strcspn(*p, " \n");

	if (!vv_pack_key_read(key, *p, len) || !(*p)[len] || !strchr(ends, (*p)[len])) {
		return false;
	}
	*p += len + 1;
	return true;
}

/* Behind the word. */
static vv_status take_older(vv_version_packs *v, const char **p, bool *sound, vv_error *err)
{
	vv_cid pack;

	*sound = next_name(p, " ", &pack);
	const size_t digits = *sound ? strspn(*p, "0123456789") : 0;
	*sound = *sound && digits > 0 && digits < 16 && (*p)[digits] == '\n';
	if (!*sound) return VV_OK;
	const uint64_t len = strtoull(*p, NULL, 10);
	*p += digits + 1;
	return vv_version_packs_add_older(v, &pack, len, err);
}

/* One line for each pack, with its index behind a space; *sound false: it is something else. */
static vv_status take_line(vv_version_packs *v, const char **p, bool *sound, vv_error *err)
{
	vv_cid pack, index = {0};

	if (strncmp(*p, VERSION_AGAIN, sizeof(VERSION_AGAIN) - 1) == 0) {
		*p += sizeof(VERSION_AGAIN) - 1;
		*sound = next_name(p, "\n", &pack);
		return VV_OK;
	}
	if (strncmp(*p, VERSION_OLDER, sizeof(VERSION_OLDER) - 1) == 0) {
		*p += sizeof(VERSION_OLDER) - 1;
		return take_older(v, p, sound, err);
	}
	*sound = next_name(p, " \n", &pack) && ((*p)[-1] == '\n' || next_name(p, "\n", &index));
	if (!*sound) return VV_OK;
	const vv_status rc = vv_cids_add(&v->packs, &pack, err);
	return rc < 0 ? rc : vv_cids_add(&v->indexes, &index, err);
}

/* Its first lines: another version's file is damage, too. */
static void put_head(vv_buf *b, const vv_cid *root)
{
	vv_buf_printf(b, "%sroot %s\n", vv_version_mark, vv_cid_shows(root));
}

/* The digest that ends it, of all before. *lines: how much that is. */
static vv_status check_end(const char *text, size_t len, const vv_buf *head, size_t *lines,
			   bool *sound, vv_error *err)
{
	char is[2 * VV_SHA256_LEN + 1];
	uint8_t digest[VV_SHA256_LEN];

	*sound = false;
	if (len < head->len + VERSION_END_LEN || memcmp(text, head->data, head->len) != 0) {
		return VV_OK;
	}
	*lines = len - VERSION_END_LEN;
	const vv_status rc = vv_sha256(digest, text, *lines, err);
	vv_hex_write(is, digest, sizeof(digest));
	const char *p = text + *lines;
	*sound = rc == VV_OK && memcmp(p, VERSION_END, sizeof(VERSION_END) - 1) == 0 &&
		 memcmp(p + sizeof(VERSION_END) - 1, is, sizeof(is) - 1) == 0 &&
		 text[len - 1] == '\n';
	return rc;
}

vv_status vv_version_file_read(vv_version_packs *out, const vv_cid *root, const char *text,
			       size_t len, bool *sound, vv_error *err)
{
	vv_auto(vv_buf) head = VV_BUF_INIT;
	size_t lines;
	vv_status rc;

	out->digest = vv_xxh3(text, len, 0);
	put_head(&head, root);
	if ((rc = vv_buf_ok(&head, err)) < 0 ||
	    (rc = check_end(text, len, &head, &lines, sound, err)) < 0 || !*sound) {
		return rc;
	}
	for (const char *p = text + head.len; *sound && p < text + lines;) {
		if ((rc = take_line(out, &p, sound, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_version_file_write(vv_buf *out, const vv_cid *root, const vv_version_packs *packs,
				bool again, vv_error *err)
{
	char hex[2 * VV_SHA256_LEN + 1];
	uint8_t digest[VV_SHA256_LEN];
	vv_status rc;

	put_head(out, root);
	for (size_t i = 0; i < packs->packs.count; i++) {
		const vv_cid *index = &packs->indexes.items[i];
		const bool has = !vv_cid_is_null(index);
		vv_buf_printf(out, "%s%s%s\n", vv_pack_shows(&packs->packs.items[i]),
			      has ? " " : "", has ? vv_pack_shows(index) : "");
	}
	for (size_t i = 0; i < packs->older_count; i++) {
		vv_buf_printf(out, VERSION_OLDER "%s %llu\n", vv_pack_shows(&packs->older[i].key),
			      (unsigned long long)packs->older[i].len);
	}
	if (again) {
		vv_random(digest, sizeof(digest));
		vv_hex_write(hex, digest, VV_PACK_HASH_LEN);
		vv_buf_printf(out, VERSION_AGAIN "%s\n", hex);
	}
	if ((rc = vv_sha256(digest, vv_buf_cstr(out), out->len, err)) < 0) return rc;
	vv_hex_write(hex, digest, sizeof(digest));
	vv_buf_printf(out, VERSION_END "%s\n", hex);
	return vv_buf_ok(out, err);
}
