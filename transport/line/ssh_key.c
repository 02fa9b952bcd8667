/*
 * ssh_key: knows what of a private key's file can be read without its passphrase.
 *
 * OpenSSH's own format has the public half in the clear (PROTOCOL.key); PEM says at least
 * what kind of key it holds.
 */
#include <string.h>

#include "base/codec.h"
#include "base/file.h"
#include "base/secret.h"
#include "transport/line/known_hosts.h"
#include "transport/line/ssh.h"

#define KEY_FILE_MAX (64u << 10)

bool vv_ssh_key_usable(const char *type, size_t len)
{
	static const char *const types[] = {"", "ssh-ed25519", "ecdsa-sha2-nistp256",
					    "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strlen(types[i]) == len && memcmp(types[i], type, len) == 0) {
			return true;
		}
	}
	return false;
}

typedef struct bytes {
	const unsigned char *p;
	size_t len;
} bytes;

/* The next string of SSH's: four bytes of length, big-endian, then the bytes. */
static bool take_string(bytes *in, bytes *out)
{
	size_t n;

	if (in->len < 4) {
		return false;
	}
	n = (size_t)in->p[0] << 24 | (size_t)in->p[1] << 16 | (size_t)in->p[2] << 8 | in->p[3];
	if (n > in->len - 4) {
		return false;
	}
	out->p = in->p + 4;
	out->len = n;
	in->p += 4 + n;
	in->len -= 4 + n;
	return true;
}

static bool read_openssh(vv_ssh_key *out, const vv_buf *raw)
{
	static const char magic[] = "openssh-key-v1"; /* with its NUL */
	bytes in = {(const unsigned char *)vv_buf_cstr(raw), raw->len}, cipher, part, key;
	const char *type;
	size_t len;

	if (in.len < sizeof(magic) + 4 || memcmp(in.p, magic, sizeof(magic)) != 0) {
		return false;
	}
	in.p += sizeof(magic);
	in.len -= sizeof(magic);
	if (!take_string(&in, &cipher) || !take_string(&in, &part) || !take_string(&in, &part) ||
	    in.len < 4) {
		return false;
	}
	in.p += 4; /* how many keys: always one */
	in.len -= 4;
	if (!take_string(&in, &key) || !(type = vv_host_key_type(key.p, key.len, &len)) ||
	    len >= sizeof(out->type)) {
		return false;
	}
	memcpy(out->type, type, len);
	out->type[len] = '\0';
	out->encrypted = !(cipher.len == 4 && memcmp(cipher.p, "none", 4) == 0);
	return true;
}

/* The base64 between the two lines, without its line ends. */
static bool read_armour(vv_ssh_key *out, const char *text)
{
	const char *end = strstr(text, "-----END");
	vv_buf joined = VV_BUF_INIT, raw = VV_BUF_INIT;
	bool good;

	for (; end && text < end; text++) {
		if (*text != '\n' && *text != '\r') {
			vv_buf_putc(&joined, *text);
		}
	}
	good = end && vv_base64_read(&raw, vv_buf_cstr(&joined), joined.len) && !raw.failed &&
	       read_openssh(out, &raw);
	vv_buf_wipe(&joined);
	vv_buf_wipe(&raw);
	vv_buf_clear(&joined);
	vv_buf_clear(&raw);
	return good;
}

bool vv_ssh_key_look(vv_ssh_key *out, const char *path)
{
	static const char openssh[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
	vv_buf text = VV_BUF_INIT;
	vv_error ignored;
	const char *start;
	bool good = false;

	memset(out, 0, sizeof(*out));
	if (vv_read_file(&text, path, KEY_FILE_MAX, &ignored) == VV_OK &&
	    strlen(vv_buf_cstr(&text)) == text.len) {
		start = vv_buf_cstr(&text);
		out->encrypted = strstr(start, "ENCRYPTED") != NULL;
		if (strncmp(start, openssh, sizeof(openssh) - 1) == 0) {
			good = read_armour(out, start + sizeof(openssh) - 1);
		} else if (strstr(start, "-----BEGIN RSA PRIVATE KEY-----")) {
			(void)memcpy(out->type, "ssh-rsa", 8);
			good = true;
		} else if (strstr(start, "-----BEGIN DSA PRIVATE KEY-----")) {
			(void)memcpy(out->type, "ssh-dss", 8);
			good = true;
		} else {
			good = strstr(start, "PRIVATE KEY-----") != NULL;
		}
	}
	vv_buf_wipe(&text);
	vv_buf_clear(&text);
	return good;
}
