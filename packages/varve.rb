# varve.rb: varve for Homebrew on Linux: brew install ./varve.rb. `./dev release` fills in the addresses and sums.
class Varve < Formula
  desc "Git for tables"
  homepage "https://github.com/OWNER/varve"
  version "VERSION"
  license "Apache-2.0"
  url "https://github.com/OWNER/varve/releases/download/vVERSION/varve-VERSION-linux-x86_64.tar.gz"
  sha256 "SUM_x86_64"

  depends_on arch: :x86_64
  depends_on "git"
  depends_on :linux

  def install
    libexec.install "bin", "lib"
    prefix.install "share"
    bin.install_symlink Dir[libexec/"bin/*"]
  end

  test do
    system bin/"varve", "init", "-q", "."
    (testpath/"t.csv").write "id,price\n1,5\n"
    assert_equal "id,price\n1,5\n", shell_output("#{bin}/varve cat ./t.csv")
  end
end
