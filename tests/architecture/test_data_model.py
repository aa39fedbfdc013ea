from docs.draw_data_model import PAGE, draw


def test_the_page_of_the_data_model_is_what_the_models_say() -> None:
    """After a change of a model: .venv/bin/python docs/draw_data_model.py"""
    assert PAGE.read_text(encoding="utf-8") == draw()
