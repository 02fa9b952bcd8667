/*
 * no_certificates: keeps libgit2 from parsing the system's certificates. Part of programs, not of a library: other
 * programs' TLS must work.
 *
 * Debian's libgit2 parses 220 KB of certificates whenever it starts: 3.5 of the 8 ms that opening a repository takes,
 * and many times that with sanitizers. varve never lets libgit2 talk to a network (git and libcurl do that), so programs
 * contain this instead of the parser of mbedTLS, which libgit2 then finds here first. Were libgit2 to open a TLS
 * connection nevertheless, it would trust no certificate. In other builds of libgit2 the function is never called.
 */
__attribute__((visibility("default"))) int mbedtls_x509_crt_parse_file(void *chain,
								       const char *path);
int mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
	(void)chain;
	(void)path;
	return 0;
}
