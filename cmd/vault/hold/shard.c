/*
 * shard: the header, the padding, and RFC 6962's tree.
 */
#include "cmd/vault/hold/shard.h"

#include <assert.h>
#include <string.h>

static const uint8_t magic[8] = {'V', 'V', 'S', 'H', 'A', 'R', 'D', 1};

enum { AT_EPOCH = 8, AT_LEAVES = 16, AT_NONCE = 24, AT_TAG = 48, AD = VV_CID_BYTES + 8 + 8 + 2 };

bool vv_leaves_valid(uint64_t leaves)
{
	return leaves == VV_LEAVES_MAX ||
	       (leaves > 0 && leaves <= 128 && (leaves & (leaves - 1)) == 0);
}

/* The least number of leaves for so much content. */
static unsigned leaves_for(size_t content)
{
	unsigned leaves = 1;

	assert(content <= VV_SHARD_FULL);
	while (leaves <= 128 && VV_SHARD_ROOM(leaves) < content) {
		leaves *= 2;
	}
	return leaves > 128 ? VV_LEAVES_MAX : leaves;
}

static void fill_associated(uint8_t ad[AD], const vv_shard_seal *seal, unsigned leaves)
{
	vv_cid_write(ad, &seal->vault);
	memcpy(ad + VV_CID_BYTES, magic, sizeof(magic));
	memcpy(ad + VV_CID_BYTES + 8, seal->epoch, VV_EPOCH_NAME);
	ad[AD - 2] = (uint8_t)leaves;
	ad[AD - 1] = (uint8_t)(leaves >> 8);
}

/* --- the tree -------------------------------------------------------------------------------- */

static vv_status leaf_hash(uint8_t out[VV_LEAF_HASH], const void *leaf, vv_error *err)
{
	uint8_t bytes[1 + VV_LEAF];

	bytes[0] = 0;
	memcpy(bytes + 1, leaf, VV_LEAF);
	return vv_sha256(out, bytes, sizeof(bytes), err);
}

/* One level of RFC 6962's tree (section 2.1), in place of the one below it: an odd one goes up unchanged,
 * which makes the same tree as that of its recursion. */
static vv_status next_level(uint8_t *level, unsigned count, vv_error *err)
{
	uint8_t pair[1 + 2 * VV_LEAF_HASH];

	pair[0] = 1;
	for (unsigned i = 0; i < count; i += 2) {
		uint8_t *up = level + (size_t)i / 2 * VV_LEAF_HASH;
		const uint8_t *at = level + (size_t)i * VV_LEAF_HASH;
		vv_status rc;
		if (i + 1 == count) {
			memmove(up, at, VV_LEAF_HASH);
			continue;
		}
		memcpy(pair + 1, at, 2 * VV_LEAF_HASH);
		if ((rc = vv_sha256(up, pair, sizeof(pair), err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status tree_root(uint8_t out[VV_SHA256_LEN], const uint8_t *hashes, unsigned count,
			   vv_error *err)
{
	uint8_t level[VV_LEAVES_MAX * VV_LEAF_HASH];

	memcpy(level, hashes, (size_t)count * VV_LEAF_HASH);
	for (; count > 1; count = (count + 1) / 2) {
		vv_status rc = next_level(level, count, err);
		if (rc < 0) return rc;
	}
	memcpy(out, level, VV_SHA256_LEN);
	return VV_OK;
}

vv_status vv_leaf_path(uint8_t out[VV_LEAF_PATH_MAX * VV_LEAF_HASH], size_t *count,
		       const void *trailer, unsigned leaves, unsigned at, vv_error *err)
{
	uint8_t level[VV_LEAVES_MAX * VV_LEAF_HASH];
	vv_status rc;

	assert(vv_leaves_valid(leaves) && at < leaves);
	memcpy(level, trailer, (size_t)leaves * VV_LEAF_HASH);
	*count = 0;
	for (; leaves > 1; leaves = (leaves + 1) / 2, at /= 2) {
		if ((at ^ 1u) < leaves) {
			memcpy(out + (*count)++ * VV_LEAF_HASH,
			       level + (size_t)(at ^ 1u) * VV_LEAF_HASH, VV_LEAF_HASH);
		}
		if ((rc = next_level(level, leaves, err)) < 0) return rc;
	}
	return VV_OK;
}

/* How many hashes are beside the way of this leaf. */
static size_t path_len(unsigned leaves, unsigned at)
{
	size_t count = 0;

	for (; leaves > 1; leaves = (leaves + 1) / 2, at /= 2) {
		count += (at ^ 1u) < leaves;
	}
	return count;
}

vv_status vv_leaf_check_path(const vv_shard *s, unsigned at, const void *leaf, const void *path,
			     size_t count, vv_error *err)
{
	uint8_t pair[1 + 2 * VV_LEAF_HASH], hash[VV_LEAF_HASH];
	const uint8_t *next = path;
	unsigned leaves = s->leaves, i = at;
	vv_status rc;

	assert(vv_leaves_valid(s->leaves) && at < s->leaves);
	if (count != path_len(leaves, at)) {
		return vv_fail(err, VV_ECORRUPT, "leaf %u has %zu hashes instead of %zu", at, count,
			       path_len(leaves, at));
	}
	if ((rc = leaf_hash(hash, leaf, err)) < 0) return rc;
	pair[0] = 1;
	for (; leaves > 1; leaves = (leaves + 1) / 2, i /= 2) {
		if ((i ^ 1u) >= leaves) {
			continue;
		}
		memcpy(pair + 1 + (i & 1u ? VV_LEAF_HASH : 0), hash, VV_LEAF_HASH);
		memcpy(pair + 1 + (i & 1u ? 0 : VV_LEAF_HASH), next, VV_LEAF_HASH);
		next += VV_LEAF_HASH;
		if ((rc = vv_sha256(hash, pair, sizeof(pair), err)) < 0) return rc;
	}
	return memcmp(hash, s->root, sizeof(hash)) == 0
		       ? VV_OK
		       : vv_fail(err, VV_ECORRUPT, "leaf %u has changed", at);
}

vv_status vv_leaf_check(const vv_shard *s, unsigned at, const void *leaf, const void *trailer,
			vv_error *err)
{
	uint8_t hash[VV_LEAF_HASH], root[VV_SHA256_LEN];
	vv_status rc;

	assert(vv_leaves_valid(s->leaves) && at < s->leaves);
	if ((rc = tree_root(root, trailer, s->leaves, err)) < 0 ||
	    (rc = leaf_hash(hash, leaf, err)) < 0) {
		return rc;
	}
	if (memcmp(root, s->root, sizeof(root)) != 0) {
		return vv_fail(err, VV_ECORRUPT, "its hashes are not those of the shard");
	}
	return memcmp(hash, (const uint8_t *)trailer + (size_t)at * VV_LEAF_HASH, sizeof(hash)) == 0
		       ? VV_OK
		       : vv_fail(err, VV_ECORRUPT, "leaf %u has changed", at);
}

/* --- making and opening ----------------------------------------------------------------------- */

vv_status vv_leaves_end(vv_buf *bytes, vv_shard *out, vv_error *err)
{
	const unsigned leaves = (unsigned)(bytes->len / VV_LEAF);
	uint8_t hash[VV_LEAF_HASH];
	vv_status rc;

	assert(vv_leaves_valid(leaves) && bytes->len % VV_LEAF == 0);
	if (!vv_buf_reserve(bytes, (size_t)leaves * VV_LEAF_HASH)) return vv_fail_nomem(err);
	const uint8_t *hashes = (const uint8_t *)bytes->data + bytes->len;
	for (unsigned i = 0; i < leaves; i++) {
		if ((rc = leaf_hash(hash, bytes->data + (size_t)i * VV_LEAF, err)) < 0) return rc;
		vv_buf_put(bytes, hash, sizeof(hash));
	}
	out->leaves = leaves;
	if ((rc = tree_root(out->root, hashes, leaves, err)) < 0) return rc;
	return vv_cid_of(&out->cid, VV_CODEC_RAW, bytes->data, bytes->len, err);
}

vv_status vv_shard_make(vv_buf *bytes, vv_shard *out, const vv_shard_seal *seal,
			const void *content, size_t len, vv_error *err)
{
	const unsigned leaves = leaves_for(len);
	const size_t data_len = (size_t)leaves * VV_LEAF, sealed_len = data_len - VV_SHARD_HEAD;
	uint8_t ad[AD];
	vv_status rc;

	vv_buf_reset(bytes);
	if (!vv_buf_reserve(bytes, (size_t)vv_shard_len(leaves))) return vv_fail_nomem(err);
	uint8_t *p = (uint8_t *)bytes->data;
	memset(p, 0, data_len);
	memcpy(p, magic, sizeof(magic));
	memcpy(p + AT_EPOCH, seal->epoch, VV_EPOCH_NAME);
	p[AT_LEAVES] = (uint8_t)leaves;
	p[AT_LEAVES + 1] = (uint8_t)(leaves >> 8);
	uint8_t *sealed = p + VV_SHARD_HEAD;
	vv_put_le32(sealed, (uint32_t)len);
	memcpy(sealed + 4, content, len);
	fill_associated(ad, seal, leaves);
	if ((rc = vv_seal(sealed, p + AT_NONCE, p + AT_TAG, seal->secret, VV_SEAL_SHARD, ad, AD,
			  sealed, sealed_len, err)) < 0) {
		return rc;
	}
	bytes->len = data_len;
	return vv_leaves_end(bytes, out, err);
}

vv_status vv_leaves_look(vv_shard *out, const void *bytes, size_t len, vv_error *err)
{
	const unsigned leaves = (unsigned)(len / (VV_LEAF + VV_LEAF_HASH));
	const uint8_t *p = bytes;
	uint8_t hash[VV_LEAF_HASH];
	vv_status rc;

	if (len > VV_SHARD_MAX || !vv_leaves_valid(leaves) || len != vv_shard_len(leaves)) {
		return vv_fail(err, VV_ECORRUPT, "%zu bytes is not a valid size of a shard", len);
	}
	for (unsigned i = 0; i < leaves; i++) {
		if ((rc = leaf_hash(hash, p + (size_t)i * VV_LEAF, err)) < 0) return rc;
		if (memcmp(hash, p + (size_t)leaves * VV_LEAF + (size_t)i * VV_LEAF_HASH,
			   sizeof(hash)) != 0) {
			return vv_fail(err, VV_ECORRUPT, "leaf %u of the shard has changed", i);
		}
	}
	out->leaves = leaves;
	if ((rc = tree_root(out->root, p + (size_t)leaves * VV_LEAF, leaves, err)) < 0) return rc;
	return vv_cid_of(&out->cid, VV_CODEC_RAW, bytes, len, err);
}

vv_status vv_shard_look(vv_shard *out, uint8_t epoch[VV_EPOCH_NAME], const void *bytes, size_t len,
			vv_error *err)
{
	static const uint8_t zeros[AT_NONCE - AT_LEAVES - 2] = {0};
	const uint8_t *p = bytes;
	vv_status rc;

	if (len < VV_LEAF || memcmp(p, magic, sizeof(magic) - 1) != 0) {
		return vv_fail(err, VV_ECORRUPT, "not a shard");
	}
	if (p[7] != magic[7]) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "a shard of version %u, which this varve cannot read", p[7]);
	}
	unsigned leaves = p[AT_LEAVES] | (unsigned)p[AT_LEAVES + 1] << 8;
	if (!vv_leaves_valid(leaves) || len != vv_shard_len(leaves) ||
	    memcmp(p + AT_LEAVES + 2, zeros, sizeof(zeros)) != 0) {
		return vv_fail(err, VV_ECORRUPT, "a shard of %zu bytes whose header has %u leaves",
			       len, leaves);
	}
	if ((rc = vv_leaves_look(out, bytes, len, err)) == VV_OK) {
		memcpy(epoch, p + AT_EPOCH, VV_EPOCH_NAME);
	}
	return rc;
}

vv_status vv_shard_open(vv_buf *content, const vv_shard_seal *seal, const void *bytes, size_t len,
			vv_error *err)
{
	const uint8_t *p = bytes;
	uint8_t ad[AD];
	size_t start = content->len;
	vv_status rc;

	if (len < VV_LEAF || memcmp(p, magic, sizeof(magic)) != 0 ||
	    memcmp(p + AT_EPOCH, seal->epoch, VV_EPOCH_NAME) != 0) {
		return vv_fail(err, VV_ECORRUPT, "not a shard of this epoch");
	}
	unsigned leaves = p[AT_LEAVES] | (unsigned)p[AT_LEAVES + 1] << 8;
	if (!vv_leaves_valid(leaves) || len != vv_shard_len(leaves)) {
		return vv_fail(err, VV_ECORRUPT, "not a shard");
	}
	size_t sealed_len = (size_t)leaves * VV_LEAF - VV_SHARD_HEAD;
	if (!vv_buf_reserve(content, sealed_len)) return vv_fail_nomem(err);
	uint8_t *room = (uint8_t *)content->data + start;
	fill_associated(ad, seal, leaves);
	if ((rc = vv_unseal(room, p + AT_NONCE, p + AT_TAG, seal->secret, VV_SEAL_SHARD, ad, AD,
			    p + VV_SHARD_HEAD, sealed_len, err)) < 0) {
		return rc;
	}
	uint32_t said = vv_get_le32(room);
	if (said > sealed_len - 4) {
		return vv_fail(err, VV_ECORRUPT, "the content of a shard is longer than the shard");
	}
	for (size_t i = 4 + (size_t)said; i < sealed_len; i++) {
		if (room[i] != 0) {
			return vv_fail(err, VV_ECORRUPT, "a shard has data after its content");
		}
	}
	memmove(room, room + 4, said);
	content->len = start + said;
	content->data[content->len] = '\0';
	return VV_OK;
}
