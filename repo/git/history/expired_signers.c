/*
 * expired_signers: the last two lines of a signed list.
 */
#include "repo/git/history/expired_signers.h"

#include <string.h>

#include "base/path.h"
#include "base/signature/ssh_signature.h"
#include "base/sys.h"
#include "repo/git/blob.h"
#include "repo/git/repository_internal.h"
#include "repo/git/tree.h"

#define REPOSITORY "repository "
#define SIGNATURE "signature "

static void stat_trust(vv_stat *out, vv_repository *r)
{
	vv_auto(char) *path = vv_path_join(vv_repository_varvedir(r), "trust", (char *)NULL);

	if (!path || vv_lstat(out, path, VV_IGNORED) < 0) {
		memset(out, 0, sizeof(*out));
	}
}

bool vv_expired_signers_are_new(const vv_expired_signers *s, vv_repository *r)
{
	vv_stat now;

	stat_trust(&now, r);
	return s->set == r->early_trust_set && vv_stat_equal(&now, &s->file);
}

/* The signature of a trusted head was verified when it became one. */
static vv_status read_owner(vv_expired_signers *s, vv_repository *r, vv_error *err)
{
	const vv_trusted_head *h = vv_trust_find(&s->trust, s->trust.owner);
	vv_auto(vv_tree_entry) e = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (!h) return VV_OK;
	if ((rc = vv_tree_entry_at(r, &h->commit, "head", &e, err)) < 0 ||
	    (rc = vv_blob_read(r, &e.id, VV_HEAD_RECORD_MAX, &text, err)) < 0) {
		return rc == VV_EMISSING ? VV_OK : vv_missing_ok(rc, err);
	}
	return vv_head_record_read(&s->of_owner, vv_buf_cstr(&text), text.len, err);
}

vv_status vv_expired_signers_set(vv_repository *r, const vv_trust *t, vv_error *err)
{
	if (!r->early_trust && !(r->early_trust = vv_calloc(1, sizeof(*t)))) {
		return vv_fail_nomem(err);
	}
	*r->early_trust = *t;
	r->early_trust_set++;
	stat_trust(&r->early_trust_file, r);
	return VV_OK;
}

vv_status vv_expired_signers_read(vv_expired_signers *out, vv_repository *r, vv_error *err)
{
	vv_status rc = VV_OK;

	memset(out, 0, sizeof(*out));
	out->set = r->early_trust_set;
	stat_trust(&out->file, r);
	if (r->early_trust && vv_stat_equal(&out->file, &r->early_trust_file)) {
		out->trust = *r->early_trust;
	} else {
		rc = vv_trust_read(&out->trust, r, err);
	}
	return rc < 0 || !out->trust.known ? rc : read_owner(out, r, err);
}

void vv_expired_signers_clear(vv_expired_signers *s)
{
	vv_head_record_clear(&s->of_owner);
}

const char *vv_expired_signers_refuse(const vv_expired_signers *s, const uint8_t key[VV_KEY_PUBLIC],
				      int64_t time)
{
	const vv_head_key *k = vv_head_keys_find(&s->of_owner.signers, key);

	if (memcmp(key, s->trust.owner, VV_KEY_PUBLIC) == 0) return NULL;
	if (vv_head_keys_find(&s->of_owner.revoked, key)) return "the owner revoked its signer";
	if (!k) return "it is signed neither by the owner nor with a key that the owner authorized";
	return time > (int64_t)k->number ? "its signer's permission had expired" : NULL;
}

/* The last line of the text, which ends with a newline, or NULL. */
static const char *last_line(const char *text, size_t len)
{
	const char *at = text + len;

	if (len == 0 || at[-1] != '\n') return NULL;
	for (at--; at > text && at[-1] != '\n';) {
		at--;
	}
	return at;
}

/* Does the list, up to its signature, end with the line of the repository? */
static bool names_repository(const vv_expired_signers *s, const char *text, size_t len)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	const char *last = last_line(text, len);

	vv_expired_put_repository(&line, &s->trust);
	return last && vv_buf_ok(&line, VV_IGNORED) == VV_OK &&
	       (size_t)(text + len - last) == line.len && memcmp(last, line.data, line.len) == 0;
}

bool vv_expired_is_signed(const char *text, size_t len)
{
	const char *line = last_line(text, len);

	return line && strncmp(line, SIGNATURE, strlen(SIGNATURE)) == 0;
}

const char *vv_expired_signers_judge(const vv_expired_signers *s, const char *text, size_t len,
				     int64_t time)
{
	const char *line = last_line(text, len);
	vv_auto(vv_buf) armoured = VV_BUF_INIT;
	uint8_t key[VV_KEY_PUBLIC];

	if (!s->trust.known) return NULL;
	if (!line || !vv_expired_is_signed(text, len)) return "it is not signed";
	const char *base64 = line + strlen(SIGNATURE);
	const size_t before = (size_t)(line - text);
	vv_ssh_put_armoured(&armoured, base64, (size_t)(text + len - 1 - base64));
	if (vv_buf_ok(&armoured, VV_IGNORED) < 0 ||
	    vv_ssh_verify(key, armoured.data, armoured.len, VV_EXPIRED_PURPOSE, text, before,
			  VV_IGNORED) < 0) {
		return "its signature does not match it";
	}
	if (!names_repository(s, text, before)) return "it is of another repository";
	return vv_expired_signers_refuse(s, key, time);
}

void vv_expired_put_repository(vv_buf *list, const vv_trust *t)
{
	vv_buf_printf(list, REPOSITORY "%s/%s\n", vv_did_key_shows(t->owner), t->name);
}

vv_status vv_expired_put_signature(vv_buf *list, const vv_buf *armoured, vv_error *err)
{
	vv_status rc;

	vv_buf_puts(list, SIGNATURE);
	rc = vv_ssh_unarmour(list, armoured->data, armoured->len, err);
	vv_buf_putc(list, '\n');
	return rc < 0 ? rc : vv_buf_ok(list, err);
}
