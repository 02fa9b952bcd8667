/*
 * condemned: the lines of the file.
 */
#include "transport/places/packs/condemned.h"

#include "base/codec.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"

#define HEAD "varve condemned 1\n"
#define FILE_MAX ((size_t)64 << 20)

bool vv_condemned_any(const vv_condemned *c)
{
	return vv_cid_map_count(&c->versions) + vv_cid_map_count(&c->packs) > 0;
}

void vv_condemned_clear(vv_condemned *c)
{
	vv_cid_map_reset(&c->versions);
	vv_cid_map_reset(&c->packs);
	memset(c, 0, sizeof(*c));
}

static vv_status damaged_file(vv_error *err)
{
	vv_fail(err, VV_ECORRUPT, "the store's file '" VV_CONDEMNED_FILE "' is damaged");
	return vv_hint_code(err, VV_HINT_PUSH_BLOCKS);
}

static vv_status read_line(vv_condemned *c, const char *line, size_t len, vv_error *err)
{
	static const char version[] = "version ", pack[] = "pack ", run[] = "run ";
	const size_t v = sizeof(version) - 1, p = sizeof(pack) - 1, r = sizeof(run) - 1;
	vv_cid key;

	if (len > v && memcmp(line, version, v) == 0 &&
	    vv_cid_parse(&key, line + v, len - v, VV_IGNORED) == VV_OK) {
		return vv_cid_map_put(&c->versions, &key, 0, NULL, err);
	}
	if (len > p && memcmp(line, pack, p) == 0 && vv_pack_key_read(&key, line + p, len - p)) {
		return vv_cid_map_put(&c->packs, &key, 0, NULL, err);
	}
	if (len == r + VV_CONDEMNED_RUN && memcmp(line, run, r) == 0 &&
	    vv_hex_is_lower(line + r, VV_CONDEMNED_RUN)) {
		memcpy(c->run, line + r, VV_CONDEMNED_RUN);
		return VV_OK;
	}
	return damaged_file(err);
}

vv_status vv_condemned_read(vv_condemned *out, const char *text, size_t len, vv_error *err)
{
	const size_t head = sizeof(HEAD) - 1;
	vv_status rc = vv_text_check_mark(text, HEAD, "'" VV_CONDEMNED_FILE "'", err);

	memset(out, 0, sizeof(*out));
	if (rc == VV_ENOSUPPORT) return rc;
	if (rc < 0 || text[len - 1] != '\n') return damaged_file(err);
	for (const char *p = text + head, *end = text + len; rc == VV_OK && p < end;) {
		const size_t n = (size_t)((const char *)memchr(p, '\n', (size_t)(end - p)) - p);
		rc = read_line(out, p, n, err);
		p += n + 1;
	}
	if (rc < 0) {
		vv_condemned_clear(out);
	}
	return rc;
}

vv_status vv_condemned_get(vv_condemned *out, const vv_place *p, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_status rc = vv_place_get(p, VV_CONDEMNED_FILE, 0, FILE_MAX, &text, err);

	memset(out, 0, sizeof(*out));
	/* absent may look as forbidden */
	return rc < 0 ? vv_error_excuse(rc, rc == VV_ENOTFOUND || rc == VV_EREFUSED, err)
		      : vv_condemned_read(out, vv_buf_cstr(&text), text.len, err);
}

vv_status vv_condemned_put(vv_condemned *c, const vv_place *p, vv_error *err)
{
	uint8_t random[VV_CONDEMNED_RUN / 2];
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (!*c->run) {
		vv_random(random, sizeof(random));
		vv_hex_write(c->run, random, sizeof(random));
	}
	vv_buf_printf(&text, HEAD "run %s\n", c->run);
	for (size_t i = 0; i < vv_cid_map_count(&c->versions); i++) {
		vv_buf_printf(&text, "version %s\n", vv_cid_shows(vv_cid_map_cid(&c->versions, i)));
	}
	for (size_t i = 0; i < vv_cid_map_count(&c->packs); i++) {
		vv_buf_printf(&text, "pack %s\n", vv_pack_shows(vv_cid_map_cid(&c->packs, i)));
	}
	vv_status rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : vv_place_put(p, VV_CONDEMNED_FILE, text.data, text.len, err);
}
