# varve.rb: varve for Homebrew, from its sources: brew install --build-from-source ./varve.rb. `./dev release` fills in the address and the sum.
class Varve < Formula
  desc "Git for tables"
  homepage "https://github.com/OWNER/varve"
  version "VERSION"
  license "Apache-2.0"
  url "https://github.com/OWNER/varve/releases/download/vVERSION/varve-VERSION.tar.gz"
  sha256 "SUM_sources"

  depends_on "cmake" => :build
  depends_on "ninja" => :build
  depends_on "pkgconf" => :build
  depends_on "cmark-gfm"
  depends_on "git"
  depends_on "isa-l"
  depends_on "libcbor"
  depends_on "libcsv"
  depends_on "libedit"
  depends_on "libgit2"
  depends_on "libmicrohttpd"
  depends_on "libsodium"
  depends_on "libssh2"
  depends_on "openssl@3"
  depends_on "pcre2"
  depends_on "sqlite"
  depends_on "uchardet"
  depends_on "xxhash"
  depends_on "xz"
  depends_on "yajl"
  depends_on "zlib"
  depends_on "zstd"

  def install
    system "cmake", "--preset", "release", "-D", "BUILD_TESTING=OFF", "-D", "CMAKE_INSTALL_PREFIX=#{prefix}"
    system "cmake", "--build", "build/release"
    system "cmake", "--install", "build/release"
  end

  test do
    system bin/"varve", "init", "-q", "."
    (testpath/"t.csv").write "id,price\n1,5\n"
    assert_equal "id,price\n1,5\n", shell_output("#{bin}/varve cat ./t.csv")
  end
end
