from pathlib import Path

from mypy import api

ROOT = Path(__file__).parent.parent


def checked(*arguments: str) -> tuple[str, int]:
    """What mypy says under the project's own settings, and its exit code."""
    said, failed, code = api.run(["--config-file", str(ROOT / "pyproject.toml"), "--no-error-summary", *arguments])
    assert failed == ""
    return said, code


class TestTyping:
    """Everything public is typed (X-4): right uses pass a caller's type checker, wrong ones don't."""

    def test_mypy_accepts_the_right_uses_and_refuses_the_wrong_ones(self) -> None:
        # Strict mypy reports an ignore that has nothing to ignore, so a wrong use that passes fails here.
        assert checked(str(ROOT / "tests" / "typing")) == ("", 0)

    def test_the_check_itself_sees_a_wrong_use(self, tmp_path: Path) -> None:
        (tmp_path / "wrong.py").write_text("from tenantcore.money import Money\nMoney(12.5, 'USD')\n", "utf-8")
        said, code = checked(str(tmp_path / "wrong.py"))
        assert "[arg-type]" in said
        assert code == 1
